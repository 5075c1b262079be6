import { describeKilledWorkers } from './killed-worker.ts';

describeKilledWorkers([1, 2, 3, 4], [1, 2]);
