import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createAlertSender } from '../../client/alerts/sender.ts';
import { createSlackChannel } from '../../client/alerts/slack-channel.ts';
import { createAlertWatch } from '../../client/alerts/watch.ts';
import { loosenDefinition, malformed } from '../session/faults.ts';
import { setScene } from '../session/scene.ts';
import { localEgress } from '../support/egress.ts';
import { pagedRows } from '../support/paged-app.ts';
import { type SlackStandIn, startSlack } from '../support/slack/index.ts';
import { startWorld, type World } from '../support/world.ts';
import { quiet } from './scene.ts';

describe('a session that fails', () => {
  let world: World;
  let slack: SlackStandIn;
  before(async () => {
    [world, slack] = await Promise.all([startWorld(), startSlack()]);
    slack.intervalMs = 0;
  });
  after(() => Promise.all([world.stop(), slack.stop()]));

  it('is one message in the channel, with each failure and the end in its thread', async (t) => {
    const { stores } = world;
    const options = { token: slack.token, channel: '#airtable', apiUrl: slack.apiUrl, egress: localEgress };
    const channels = [createSlackChannel({ ...options, paceMs: 0 })];
    const sender = createAlertSender({ stores, log: quiet, channels, holdDownMs: 0 });
    const watch = createAlertWatch({ stores, log: quiet });
    const said = async () => {
      await watch.round();
      await sender.round();
      return slack
        .channel('airtable')
        .messages.map(({ text, threadTs }) => [threadTs === null, text] as const);
    };
    const scene = await setScene(world, t, {
      rows: { orders: [...pagedRows(20).slice(10), ...malformed(10)] },
    });
    await scene.load();
    const first = await world.reaches(scene.id, 14);
    const [opened, ...none] = await said();
    assert.deepEqual(none, []);
    assert.equal(opened?.[0], true);
    assert.match(
      opened?.[1] ?? '',
      new RegExp(
        `^Session of ${scene.id} failed\\nStructuring Error \\(14\\) since .* above the threshold.*\\nSince .*\\nWhat helps: tributary why ${scene.id}\\.1$`,
      ),
    );
    await scene.call('retry');
    await world.reaches(scene.id, 14, ({ seq }) => seq > first.seq);
    loosenDefinition(world, scene);
    await said();
    await scene.call('retry');
    await world.reaches(scene.id, 19);
    const all = await said();
    assert.deepEqual(
      all.map(([isFirst]) => isFirst),
      [true, false, false],
    );
    assert.match(all[1]?.[1] ?? '', /Structuring Error \(14\), QUARANTINE_THRESHOLD/);
    assert.match(all[2]?.[1] ?? '', new RegExp(`^Resolved: Session ${scene.id}\\.1 is Synced\\. It lasted`));
    assert.deepEqual(await said(), all);
    await sender.stop();
  });
});
