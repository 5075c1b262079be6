import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { escaped, slackMessageOf } from '../../client/alerts/blocks.ts';
import { cut } from '../../client/alerts/channel.ts';
import { engineLink } from '../../client/alerts/link.ts';
import { type Incident, raised } from '../../domain/alerts.ts';
import { parseSettings } from '../../platform/settings.ts';
import { blocksFault } from '../support/slack/model.ts';

const at = new Date('2026-03-04T05:06:07.000Z');
const text = fc.oneof(fc.string({ maxLength: 40 }), fc.string({ minLength: 3_000, maxLength: 6_000 }));
const incident = fc
  .record({ title: text, reason: text, command: text, line: text, link: fc.oneof(fc.webUrl(), text) })
  .map(({ title, reason, command, line, link }): Incident => {
    const what = {
      incident: 'session/west',
      cause: 'session' as const,
      title,
      reason,
      since: at,
      command,
      link,
    };
    return raised(null, { ...what, occurrence: { id: '1', text: line, at } }, at);
  });

describe('a message for Slack', () => {
  it('stays within the limits of Block Kit, whatever was raised', () => {
    fc.assert(
      fc.property(incident, (one) => {
        const lines = Array.from({ length: 20 }, () => one.lines[0] ?? { id: '1', text: '', at });
        for (const message of [
          { kind: 'opened' },
          { kind: 'lines', lines, skipped: 3 },
          { kind: 'resolved' },
        ] as const) {
          const made = slackMessageOf({ ...one, resolution: one.reason }, message);
          assert.equal(blocksFault(made.blocks), null);
          assert.ok(made.text.length > 0 && made.text.length <= 4_000);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('escapes what Slack would take for markup, and cuts no sign in two', () => {
    assert.equal(escaped('<!channel> & "<@U1>"', 100), '&lt;!channel&gt; &amp; "&lt;@U1&gt;"');
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 60 }),
        fc.integer({ min: 1, max: 60 }),
        (given, most) => {
          const out = escaped(given, most);
          assert.ok(out.length <= most);
          assert.doesNotMatch(out, /[<>]|&(?!amp;|lt;|gt;)/);
          assert.ok(cut(given, most).length <= most);
        },
      ),
    );
  });

  it('links to the workflow of its cause', () => {
    const ui = 'http://127.0.0.1:8233/';
    assert.equal(
      engineLink(ui, 'default', { incident: 'session/west', cause: 'session' }),
      'http://127.0.0.1:8233/namespaces/default/workflows/session%2Fwest',
    );
    assert.equal(
      engineLink(ui, 'default', { incident: 'engine', cause: 'engine' }),
      'http://127.0.0.1:8233/namespaces/default/workflows',
    );
  });
});

describe('settings of alerts', () => {
  it('are none, or whole', () => {
    const { alerts } = parseSettings({});
    assert.deepEqual([alerts.slack, alerts.webhook, alerts.holdDownMs], [null, null, 300_000]);
    assert.equal(parseSettings({ TRIBUTARY_SLACK_TOKEN: 'xoxb-1-a' }).alerts.slack?.channel, '#airtable');
    const secret = `whsec_${Buffer.alloc(24).toString('base64')}`;
    const webhook = {
      TRIBUTARY_ALERT_WEBHOOK: 'https://a.example/x',
      TRIBUTARY_ALERT_WEBHOOK_SECRET: secret,
    };
    assert.equal(parseSettings(webhook).alerts.webhook?.secret, secret);
    assert.throws(
      () => parseSettings({ ...webhook, TRIBUTARY_ALERT_WEBHOOK: '' }),
      /TRIBUTARY_ALERT_WEBHOOK: is needed/,
    );
    assert.throws(
      () => parseSettings({ ...webhook, TRIBUTARY_ALERT_WEBHOOK_SECRET: '' }),
      /_SECRET: is needed/,
    );
    assert.throws(() => parseSettings({ TRIBUTARY_SLACK_TOKEN: 'secret' }), /TRIBUTARY_SLACK_TOKEN: must be/);
    assert.throws(() => parseSettings({ TRIBUTARY_SLACK_CHANNEL: 'airtable' }), /must be a name with #/);
  });
});
