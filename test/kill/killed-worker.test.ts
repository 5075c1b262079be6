import { describeKilledWorkers } from './killed-worker.ts';

describeKilledWorkers([1, 2], [1, 2]);
