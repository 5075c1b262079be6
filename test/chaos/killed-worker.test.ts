import { describeKilledWorkers } from '../kill/killed-worker.ts';

describeKilledWorkers(Array.from({ length: 22 }, (_, index) => index + 3));
