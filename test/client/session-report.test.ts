import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { SessionReport } from '../../client/report/data.ts';
import { sessionReportPage } from '../../client/report/page.ts';
import { substages } from '../../domain/session.ts';
import { checkAlone, checkPage, hostile, report } from './session-report-made.ts';

const sectionIds = [
  'insights',
  'forecasts',
  'benchmark',
  'checks',
  'cleaning',
  'merged',
  'rows',
  'steps',
  'timeline',
] as const;

/** The texts of a part of the page, without its tags. */
function partOf(page: string, id: string): string {
  const from = page.indexOf(`<section id="${id}">`);
  const next = page.indexOf('<section id=', from + 1);
  return page
    .slice(from, next === -1 ? undefined : next)
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');
}

const withSteps = (step: Partial<SessionReport['session']['substages'][number]>): SessionReport => ({
  ...report,
  session: {
    ...report.session,
    substages: substages.map((name) => ({
      ...{ name, status: 'done', reason: null, startedAt: null, endedAt: null, counts: {} },
      ...step,
    })),
  },
});

describe('the page of a session', () => {
  test('is well-formed, runs and loads nothing, and escapes what others wrote', () => {
    const page = sessionReportPage(report);
    checkPage(page);
    checkAlone(page);
    assert.ok(page.includes('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;'));
    assert.ok(!page.includes(hostile) && !page.includes('<script'));
  });

  test('has every part, with what was found', () => {
    const page = sessionReportPage(report);
    for (const id of sectionIds)
      assert.ok(page.includes(`<section id="${id}">`) && page.includes(`href="#${id}"`));
    assert.match(
      partOf(page, 'merged'),
      /10 records were compared, 7 merged away, 1 came back\..* k1 .*k5 and 2 more .*email; phone.* shared by 5,000 records: too many to be one\..*2 pairs\. tributary dedup suggestions c --resource orders/,
    );
    assert.match(
      partOf(page, 'insights'),
      /1\. Sales rose by 50 .* good .* relative 25 % .*\+60 .*Together \+50/,
    );
    assert.match(
      partOf(page, 'insights'),
      /Certain to 97 %\..*GET \/api\/connections\/c\/datapoints.*3 smaller/,
    );
    assert.equal([...page.matchAll(/<svg [^>]*aria-labelledby="plot-\d/g)].length, 2);
    assert.match(partOf(page, 'forecasts'), /Of 2 periods 2 lay within.*2 more forecasts/);
    assert.match(
      partOf(page, 'benchmark'),
      /grew by 20 % .* upper half of 4 companies.*Not compared.*1 of 4/,
    );
    assert.match(
      partOf(page, 'checks'),
      /1 passed, 0 need a look, 1 failed\..*Only 3 rows.*One row came twice/,
    );
    assert.match(
      partOf(page, 'cleaning'),
      /2 series were judged, 1 too short was not.*undone.*900 USD.*90 USD/,
    );
    assert.match(
      partOf(page, 'rows'),
      /10 rows were read: 7 new, 2 changed, 1 in quarantine\. .*accounted for/,
    );
    assert.match(partOf(page, 'timeline'), /America\/Los_Angeles.*1 Mar 2026, 04:00:00/);
  });

  test('says why a part is empty', () => {
    const states = [
      [
        { status: 'skipped', reason: 'SKIPPED_BY ada: the shop is closed' },
        /Skipped by ada: the shop is closed\./,
      ],
      [{ status: 'skipped', reason: 'SWITCHED_OFF' }, /switched off for this connection/],
      [{ status: 'failed', reason: 'the store is full' }, /This step failed: the store is full/],
      [{ status: 'notStarted' }, /The session ended before this step/],
      [{ status: 'running' }, /under way/],
    ] as const;
    for (const [step, said] of states) {
      const page = sessionReportPage({ ...withSteps(step), checks: [] });
      checkPage(page);
      for (const id of sectionIds.slice(0, 5)) assert.match(partOf(page, id), said, `${id} ${step.status}`);
    }
    // The check that stopped the session is what there is to see.
    assert.match(
      partOf(sessionReportPage(withSteps({ status: 'failed', reason: 'x' })), 'checks'),
      /Only 3 rows/,
    );
    const nothing: SessionReport = {
      ...report,
      ...{ insights: { shown: [], left: 0 }, forecasts: { shown: [], left: 0, gone: 0 }, benchmark: null },
      ...{ timeline: [], checks: [], cleaning: { looked: 0, unjudged: [], changes: [], left: 0 } },
      ledger: { ...report.ledger, resources: [] },
    };
    const page = sessionReportPage(nothing);
    checkPage(page);
    assert.match(partOf(page, 'insights'), /Nothing stands out yet/);
    assert.match(partOf(page, 'forecasts'), /no numbers to forecast/);
    assert.match(partOf(page, 'benchmark'), /not kept/);
    assert.match(partOf(page, 'cleaning'), /Nothing had to be cleaned/);
    assert.match(partOf(page, 'rows'), /has not come to Structuring/);
    const deleted = sessionReportPage({ ...nothing, dataKept: false });
    for (const id of ['insights', 'forecasts', 'benchmark', 'cleaning'])
      assert.match(partOf(deleted, id), /deleted/);
  });

  test('of an earlier session says what later ones changed', () => {
    const page = sessionReportPage({ ...report, later: 'c.9', forecasts: { shown: [], left: 0, gone: 4 } });
    assert.match(page, /There are later sessions, the newest is c\.9/);
    assert.match(partOf(page, 'forecasts'), /4 forecasts are not kept/);
    assert.match(partOf(page, 'insights'), /the last session that found it/);
  });

  test('tells the value that was compared beside a newer one', () => {
    const [standing] = report.benchmark?.standings ?? [];
    assert.ok(standing);
    const standings = [{ ...standing, value: 0.3 }];
    assert.match(
      partOf(sessionReportPage({ ...report, benchmark: { at: report.madeAt, standings } }), 'benchmark'),
      /Sales: growth: 30 % \(to 2017-12-31\)\. In the comparison of 2026-03-01 it was 20 %: in the upper half of 4/,
    );
  });

  test('stays small, whatever there is', () => {
    const many = <T>(one: T | undefined, count: number): T[] =>
      Array.from({ length: count }, () => one).filter((item) => item !== undefined);
    const long = 'x'.repeat(100_000);
    const page = sessionReportPage({
      ...report,
      company: long,
      timeline: many({ ...report.timeline[0], note: long } as SessionReport['timeline'][number], 5_000),
      checks: many({ ...report.checks[0], sentence: long } as SessionReport['checks'][number], 5_000),
      ledger: { ...report.ledger, resources: many(report.ledger.resources[0], 3_000) },
      benchmark: { at: report.madeAt, standings: many(report.benchmark?.standings[0], 500) },
    });
    checkPage(page.replaceAll(/ id="[^"]*"/g, ''));
    assert.ok(page.length < 500_000, `${page.length}`);
    assert.match(page, /4,900 changes between them are not shown/);
  });

  test('is well-formed whatever texts and numbers it is given', () => {
    const text = fc.string({ unit: 'binary', maxLength: 40 });
    const number = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(text, text, number, (name, zone, value) => {
        const [insight] = report.insights.shown;
        assert.ok(insight);
        const page = sessionReportPage({
          ...report,
          ...{ company: name, timeZone: zone },
          insights: { shown: [{ ...insight, sentence: name, numbers: { [name]: value } }], left: 0 },
        });
        checkPage(page);
        checkAlone(page.replaceAll(/>[^<]*</g, '><'));
      }),
      { numRuns: 40 },
    );
  });
});
