// A worker that is killed: what watches it must not be told by it that it ends.
import { workerOn } from '../watchdog/scene.ts';

const { ENGINE = '', QUEUE = '' } = process.env;
await workerOn(ENGINE, QUEUE).bring();
process.stdout.write('runs\n');
