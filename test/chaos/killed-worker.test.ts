import { describeKilledWorkers } from '../kill/killed-worker.ts';

describeKilledWorkers(Array.from({ length: 20 }, (_, index) => index + 5));
