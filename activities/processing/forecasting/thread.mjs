// A thread does not inherit what makes its parent take TypeScript, so from sources tsx is started first.
import { workerData } from 'node:worker_threads';

if (workerData.entry.endsWith('.ts')) (await import('tsx/esm/api')).register();
await import(workerData.entry);
