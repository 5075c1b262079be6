import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createReportRetry } from '../../client/alerts/retry.ts';
import { createAlertSender } from '../../client/alerts/sender.ts';
import { createSlackChannel } from '../../client/alerts/slack-channel.ts';
import { createReportsPort } from '../../client/reports-port.ts';
import {
  defaultReportDurations,
  reportFillWorkflowId,
  reportWorkflowId,
} from '../../domain/report-contracts.ts';
import { withLogRow } from '../../stores/logged.ts';
import { quiet } from '../alerts/scene.ts';
import { type SyncApi, startSyncApi } from '../client/sync-scene.ts';
import { order, reportScene } from '../reports/support.ts';
import { localEgress } from '../support/egress.ts';
import { type SlackStandIn, startSlack } from '../support/slack/index.ts';
import { until } from '../support/until.ts';
import { startWorld, type World } from '../support/world.ts';
import { type AutomationScene, automationScene, dayMs, lastQuiet, quietTime } from './scene.ts';

/** The date of a due time: of the last one, or so many days before it. */
const dayBefore = (days: number): string => new Date(lastQuiet - days * dayMs).toISOString().slice(0, 10);
const days = [2, 1, 0].map(dayBefore);
const lastFive = [0, 1, 2, 3, 4].map(dayBefore);
/** Of five dates that end today so many were due and are not there: all but the one that is made before. */
const missingNow = (): number =>
  lastFive.filter((day) => Date.parse(day) > Date.now() - 5 * dayMs).length - 1;
/** One order of each of the last days. */
const everyDay = Object.fromEntries(lastFive.map((day, n) => [`o${n}`, order(day, 10 + n)]));

describe('schedules of reports', () => {
  let world: World;
  let scene: AutomationScene;
  let slack: SlackStandIn;
  let api: SyncApi;
  before(async () => {
    [world, slack] = await Promise.all([startWorld(), startSlack()]);
    slack.intervalMs = 0;
    scene = automationScene(world);
    const { client, stores, taskQueue } = world;
    const durations = { ...defaultReportDurations, heartbeatMs: 3_000, retryInitialMs: 20 };
    const reports = createReportsPort(client, { stores, taskQueue, durations });
    api = await startSyncApi(world, {
      reports,
      alerts: {
        ...{ kick: () => undefined, channels: ['slack'], slackSigningSecret: slack.signingSecret },
        onRetry: createReportRetry(reports),
      },
    });
  });
  after(async () => {
    for (const { _id } of (await world?.stores.automations.list()) ?? [])
      await scene
        .handle(_id)
        .delete()
        .catch(() => undefined);
    await Promise.all([api?.stop(), slack?.stop()]);
    await world?.stop();
  });

  const reportTask = (reportType: string) => ({ kind: 'report', reportType }) as const;
  const statuses = (type: string) =>
    Promise.all(days.map(async (day) => (await world.stores.reports.get(`${type}/${day}`))?.status ?? null));

  it('a time that is due makes the report, and a fill those that are not there', async () => {
    const on = await reportScene(world);
    await on.session(everyDay);
    const type = on.type._id;
    const daily = await scene.made('daily-report', { task: reportTask(type) });
    await scene.tickFor(daily._id, lastQuiet - dayMs - 60_000, lastQuiet - dayMs + 60_000);
    const [row] = await scene.rows(daily._id, 1);
    assert.deepEqual([row?.slot, row?.outcome], [days[1], 'started']);
    assert.equal(await on.result(dayBefore(1)), 'created');
    const report = await on.report(dayBefore(1));
    assert.deepEqual([report.by?.id, report.rows], [`automation/${daily._id}`, 1]);
    const fairness = async (day: string) => {
      const { raw } = await world.client.workflow.getHandle(reportWorkflowId(type, day)).describe();
      return raw.workflowExecutionInfo?.priority?.fairnessKey;
    };
    assert.equal(await fairness(dayBefore(1)), 'acme');
    assert.deepEqual(await statuses(type), [null, 'created', null]);

    const filling = { kind: 'fill', reportType: type, days: 5 } as const;
    const fill = await scene.made('weekly-fill', { task: filling });
    const before = missingNow();
    await scene.tickFor(fill._id, lastQuiet - 60_000, lastQuiet + 1_000);
    const [filled] = await scene.rows(fill._id, 1);
    // The same number, unless midnight came in between.
    const missing = [before, missingNow()].find((n) => filled?.text.startsWith(`${n} `));
    assert.equal(filled?.text, `${missing} reports that were missing are made.`);
    const outcome = await world.client.workflow.getHandle(reportFillWorkflowId(type)).result();
    assert.deepEqual(outcome, { created: missing, failed: 0, left: 0 });
    assert.equal(await fairness(dayBefore(2)), 'acme', 'what a fill starts is of its company too');
    assert.deepEqual(await statuses(type), ['created', 'created', 'created']);
    assert.equal((await on.report(dayBefore(1))).revision, 1, 'what was there is not made again');
    const again = await api.client.runAutomation(fill._id);
    assert.match(again.tick?.sentence ?? '', /No report was missing/);
  });

  it('Disable stops them, and an edit says what was, what is and who', async () => {
    const on = await reportScene(world);
    const type = on.type._id;
    const { _id } = await scene.made('edited-report', { task: reportTask(type) });
    await api.client.disableAutomation(_id);
    assert.equal((await scene.handle(_id).describe()).state.paused, true);
    await api.client.enableAutomation(_id);
    const [old, time] = [quietTime(), quietTime().replace(':00', ':30')];
    const change = { time, task: { kind: 'fill', reportType: type, days: 3 } } as const;
    const { effects, automation } = await api.client.updateAutomation(_id, change);
    assert.equal(effects.length, 2);
    assert.equal(automation.inForce, true);
    const { spec } = await scene.handle(_id).describe();
    const [calendar] = spec.calendars ?? [];
    assert.equal(`${calendar?.hour?.[0]?.start}:${calendar?.minute?.[0]?.start}`, time.replace(/^0/, ''));
    const { logs } = await api.client.logs({ subject: `automation/${_id}` });
    const [edit, enabled, disabled] = logs;
    assert.match(
      edit?.text ?? '',
      new RegExp(`^ada changed it\\. .*was .*report.*, is .*fill.*Time was ${old}, is ${time}\\.`),
    );
    assert.deepEqual(
      [
        (edit?.before as { time?: string } | undefined)?.time,
        (edit?.after as { time?: string } | undefined)?.time,
        edit?.by.id,
      ],
      [old, time, 'ada'],
    );
    assert.match(`${enabled?.text} ${disabled?.text}`, /was on, is off.*was off, is on/);
    assert.deepEqual(await statuses(type), [null, null, null]);

    // The process died between the edit and its row: the sweep writes it, once.
    const at = new Date();
    const line = { at, by: { kind: 'person', id: 'bob' }, subject: `automation/${_id}` } as const;
    await world.stores.automations.change(_id, (doc) => ({
      description: 'New',
      ...withLogRow(doc, { ...line, text: 'bob changed it.', before: null, after: null }),
    }));
    const lost = (await world.stores.automations.get(_id)) ?? assert.fail();
    for (const left of [lost, lost]) await world.stores.automations.settleLog(left);
    await scene.apply.round();
    const rows = (await api.client.logs({ subject: `automation/${_id}` })).logs;
    assert.deepEqual([rows.length, rows.filter(({ by }) => by.id === 'bob').length], [4, 1]);
    assert.deepEqual((await world.stores.automations.get(_id))?.unlogged, []);
  });

  it('hours that were missed are all run, run once, or skipped and said, as it is set', async () => {
    const [all, once, skipped] = await Promise.all([
      reportScene(world),
      reportScene(world),
      reportScene(world),
    ]);
    await Promise.all([all, once, skipped].map((one) => one.session(everyDay)));
    const made = await Promise.all([
      scene.made('all-reports', { missed: 'runAll', task: reportTask(all.type._id) }),
      scene.made('one-report', { missed: 'runOnce', task: reportTask(once.type._id) }),
      scene.made('no-fill', {
        missed: 'skip',
        task: { kind: 'fill', reportType: skipped.type._id, days: 5 },
      }),
    ]);
    const [forAll, forOnce, forNone] = await Promise.all(
      made.map(async ({ _id }) => {
        await scene.tickFor(_id, lastQuiet - 2 * dayMs - 60_000, lastQuiet + 1_000);
        return (await scene.rows(_id, 3)).map(({ outcome }) => outcome);
      }),
    );
    assert.deepEqual(forAll, ['started', 'started', 'started']);
    assert.deepEqual(await Promise.all(days.map(all.result)), ['created', 'created', 'created']);
    assert.deepEqual(forOnce, ['coalesced', 'coalesced', 'started']);
    assert.equal(await once.result(dayBefore(0)), 'created');
    assert.deepEqual(await statuses(once.type._id), [null, null, 'created']);
    assert.deepEqual(forNone, ['missed', 'missed', 'missed']);
    assert.deepEqual(await statuses(skipped.type._id), [null, null, null]);
    const { logs } = await api.client.logs({ subject: `automation/${made[2]?._id}` });
    assert.ok(logs.some(({ text }) => /was due at .* and was missed/.test(text)));
  });

  it('Retry in Slack makes the failed report, and its end is said in the thread', async () => {
    const on = await reportScene(world);
    const day = dayBefore(1);
    assert.equal(await on.makes(day), 'REPORT_EMPTY');
    const { stores } = world;
    const options = { token: slack.token, channel: '#airtable', apiUrl: slack.apiUrl, egress: localEgress };
    const channels = [createSlackChannel({ ...options, paceMs: 0 })];
    const sender = createAlertSender({ stores, log: quiet, channels, holdDownMs: 0 });
    const said = async () => {
      await sender.round();
      return slack.channel('airtable').messages;
    };
    const first = (await said()).find(({ text }) => text.includes(`Report ${on.type.name} failed`));
    assert.ok(first);

    await on.session({ o1: order(day, 10) });
    const { payload, headers } = slack.click(first, 'retry');
    const click = () =>
      fetch(`${api.url}/api/slack/interactions`, { method: 'POST', body: payload, headers: { ...headers } });
    assert.equal((await click()).status, 200);
    const answer = () =>
      until('the answer to the click', async () => {
        const one = slack.responses.at(-1);
        return one === undefined ? { seen: 'none' } : { found: String(one.text) };
      });
    assert.match(await answer(), new RegExp(`${on.type._id} of ${day} is made again now`));
    assert.equal(await on.result(day), 'created');
    const report = await on.report(day);
    assert.deepEqual([report.fail, report.by?.id], [false, 'slack/U0ANN']);
    const thread = (await said()).filter(({ threadTs }) => threadTs === first.ts);
    assert.match(thread.at(-1)?.text ?? '', new RegExp(`^Resolved: The report of ${day} is there`));
    assert.equal((await click()).status, 200);
    assert.equal((await on.report(day)).revision, 1, 'a second click makes nothing');
    await sender.stop();
  });
});
