import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createForecaster } from '../../activities/processing/forecasting/pool.ts';
import { substages } from '../../domain/session.ts';
import {
  forecastScene,
  lively,
  monthOf,
  months,
  seriesDoc,
  shopWithMetrics,
} from '../processing/forecast-scene.ts';
import { tributary } from './cli-process.ts';
import { checkAlone, checkPage, hostile, report } from './session-report-made.ts';
import { noStore, startTestApi, type TestApi, token } from './support.ts';

describe('the page of a session through the API', { skip: noStore }, () => {
  let t: TestApi;
  let url: string;
  let sessions: readonly string[] = [];
  const forecaster = createForecaster();

  before(async () => {
    t = await startTestApi({ definitions: [shopWithMetrics] });
    url = await t.api.listen({ host: '127.0.0.1', port: 0 });
    const scene = await forecastScene(t.stores, forecaster);
    const { company } = scene.connection;
    await t.stores.companies.ensure({ id: company, name: hostile });
    const sales = { metric: 'sales', currency: 'USD' };
    const parts = [hostile, 'Books'].map((value) => ({ ...sales, dimension: { field: 'category', value } }));
    const made: string[] = [];
    for (const count of [36, 38]) {
      await scene.write([sales, ...parts].map((about) => seriesDoc(months(count, lively), about)));
      const session = await scene.open();
      made.push(session._id);
      await t.move(session._id, 'load', 2, 'LOADING');
      await scene.run(session, monthOf(count));
      for (const name of substages)
        await t.stores.sessions.setSubstage(session._id, name, { status: 'done', counts: { found: 1 } });
    }
    const [first = '', second = ''] = made;
    const [insight] = report.insights.shown;
    assert.ok(insight);
    const at = new Date();
    const { id: _, ...kept } = { ...insight, updatedAt: at, firstSeen: first, lastSeen: second };
    await scene.analysis.insights.putMany([
      { ...kept, _id: 'holds', sentence: 'Sales rose.' },
      {
        ...{ ...kept, _id: 'over', lastSeen: first, sentence: 'Sales fell.' },
        ended: { session: second, at, because: 'newerPeriod' },
      },
    ]);
    const standings = [...(report.benchmark?.standings ?? [])];
    await scene.analysis.benchmarks.putMany([{ _id: first, standings, at }]);
    sessions = made;
  });
  after(async () => {
    await forecaster.stop();
    await t.stop();
  });

  const page = async (id: string | undefined): Promise<string> => {
    const answer = await t.get(`/api/sessions/${id}/report`);
    assert.equal(answer.statusCode, 200, answer.body);
    assert.match(String(answer.headers['content-type']), /^text\/html/);
    assert.match(
      String(answer.headers['content-security-policy']),
      /^default-src 'none';style-src 'unsafe-inline'/,
    );
    checkPage(answer.body);
    checkAlone(answer.body);
    assert.ok(answer.body.length < 500_000);
    return answer.body;
  };

  test('of the newest session has its forecasts drawn, what holds, and names escaped', async () => {
    const body = await page(sessions[1]);
    assert.match(body, /<h1>&lt;script&gt;/);
    assert.equal([...body.matchAll(/<svg [^>]*aria-labelledby="plot-/g)].length, 3);
    assert.match(body, /Sales in March 2017: about 1,\d+ USD expected/);
    assert.match(body, /Of 2 forecast periods that have come/);
    assert.ok(body.includes('Sales rose.') && !body.includes('Sales fell.'));
    assert.match(body, /What this session compared is not kept/);
  });

  test('of an earlier one shows what it expected and found then, and that there are later ones', async () => {
    const body = await page(sessions[0]);
    assert.ok(body.includes(`the newest is ${sessions[1]}`));
    assert.match(body, /Sales: about 1,\d+ USD was expected for January 2017/);
    assert.ok(body.includes('Sales rose.') && body.includes('Sales fell.'));
    assert.match(body, /grew by 20 %/);
  });

  test('needs the token, and a session that there is', async () => {
    const without = await t.api.inject(`/api/sessions/${sessions[1]}/report`);
    assert.equal(without.statusCode, 401);
    assert.equal((await t.get('/api/sessions/none.1/report')).statusCode, 404);
  });

  test('is printed by the command line', async () => {
    const env = { TRIBUTARY_URL: url, TRIBUTARY_TOKEN: token };
    const { code, stdout, stderr } = await tributary(['session', 'report', sessions[1] ?? ''], env);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^<!doctype html>\n<html lang="en">[\s\S]*<\/html>\n$/);
    checkPage(stdout.trimEnd());
  });
});
