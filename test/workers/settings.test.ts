import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startProcess } from '../client/cli-process.ts';

describe('worker process', () => {
  it('says which settings it lacks and ends 1', async () => {
    const worker = startProcess('workers/main.ts', [], { TRIBUTARY_DATA: '/nowhere' });
    await assert.rejects(
      worker.says('worker runs'),
      /ended by 1 .*TEMPORAL_ADDRESS and MONGODB_URI must be set/s,
    );
  });

  it('lists every setting that does not parse', async () => {
    const env = { TEMPORAL_ADDRESS: 'here', MONGODB_URI: 'there', LOG_LEVEL: 'loud' };
    const worker = startProcess('workers/main.ts', [], env);
    await assert.rejects(worker.says('worker runs'), /TEMPORAL_ADDRESS.*MONGODB_URI.*LOG_LEVEL/s);
  });
});
