import { after, before, describe } from 'node:test';
import { accessTests } from '../sync-base/bad-input/access.ts';
import { rowTests } from '../sync-base/bad-input/rows.ts';
import { schemaTests } from '../sync-base/bad-input/schema.ts';
import { type Scene, startScene } from '../sync-base/scene.ts';

let scene: Scene;
before(async () => {
  scene = await startScene({ lockOutMs: 1_500 });
});
after(() => scene.stop());

const inTurn = { concurrency: false };

// Each has a base of its own, whose limit of calls it waits for.
describe('what people break', { concurrency: true }, () => {
  describe('tables, fields and options', inTurn, () => schemaTests(() => scene));
  describe('rows', inTurn, () => rowTests(() => scene));
  describe('access', inTurn, () => accessTests(() => scene));
});
