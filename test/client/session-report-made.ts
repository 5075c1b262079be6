import assert from 'node:assert/strict';
import type { ReportForecast, SessionReport } from '../../client/report/data.ts';
import type { Standing } from '../../domain/benchmark.ts';
import type { KeptInsight } from '../../domain/insights.ts';
import { emptyLedger } from '../../domain/ledger.ts';
import { substages } from '../../domain/session.ts';

const empty = /^(meta|br|rect|line|circle|polygon|polyline)$/;

/**
 * Throws where the page is no well-formed XML: tags nested and closed, attributes quoted, texts escaped, ids used once.
 * The style is ours and holds none of it.
 */
export function checkPage(page: string): void {
  const text = page.replace(/^<!doctype html>\n/, '').replace(/<style>[^<]*<\/style>/, '');
  const tag =
    /<(\/?)([a-z][a-z0-9]*)((?: [a-zA-Z0-9:-]+="[^"<>&]*(?:&(?:amp|lt|gt|quot);[^"<>&]*)*")*)(\/?)>/gy;
  const open: string[] = [];
  const ids: string[] = [];
  let at = 0;
  for (;;) {
    const next = text.indexOf('<', at);
    assert.doesNotMatch(text.slice(at, next === -1 ? undefined : next), /&(?!(amp|lt|gt|quot);)|>/);
    if (next === -1) break;
    tag.lastIndex = next;
    const [all = '', close, name = '', attributes = '', closed] = tag.exec(text) ?? [];
    assert.ok(all !== '', `no tag: ${text.slice(next, next + 80)}`);
    ids.push(...[...attributes.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id ?? ''));
    if (close === '/') assert.equal(open.pop(), name);
    else if (closed !== '/') {
      assert.doesNotMatch(name, empty);
      open.push(name);
    }
    at = next + all.length;
  }
  assert.deepEqual(open, []);
  assert.equal(new Set(ids).size, ids.length, 'an id is there twice');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be there
  assert.doesNotMatch(page, /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u202a-\u202e\ufffe\uffff]/);
}

/** Throws where it could run something or load something. */
export function checkAlone(page: string): void {
  const drawn = page.replace(/xmlns="http:\/\/www\.w3\.org\/2000\/svg"/g, '');
  for (const [all] of drawn.matchAll(/<[^>]*>/g)) {
    assert.doesNotMatch(all, /^<\/?(script|link|iframe|img|object|embed|base|form|image|use)\b/i);
    assert.doesNotMatch(all, / (src|srcset|action|on\w+|style|data|xlink:href)=/i);
    assert.doesNotMatch(all, / href="(?!#)/);
    assert.doesNotMatch(all, /^<meta http-equiv/);
  }
  const [, style = ''] = /<style>([^<]*)<\/style>/.exec(page) ?? [];
  assert.doesNotMatch(style, /url\(|@import|https?:/);
  assert.doesNotMatch(page, /NaN|Infinity|undefined|\[object/);
}

export const hostile = `<script>alert("1")</script> ' onload="x" & <!-- ]]> \u202egnp.exe\u0000`;

const at = '2026-03-01T12:00:00.000Z';
const by = { kind: 'person' as const, id: hostile };

const period = (from: string, to: string) => ({ from, to, label: hostile });

const insight: KeptInsight = {
  ...{ id: 'i1', kind: 'change', metric: 'sales', name: hostile, dimension: null, currency: 'USD' },
  ...{ entity: 'customer_id', direction: 'up', good: true },
  period: period('2017-01-01', '2017-12-31'),
  comparison: period('2016-01-01', '2016-12-31'),
  numbers: { now: 250, before: 200, change: 50, relative: 0.25 },
  drivers: {
    dimension: hostile,
    values: [{ value: hostile, before: 100, now: 160, contribution: 60 }],
    others: -10,
    total: 50,
  },
  entities: [{ id: hostile, value: 12 }],
  ...{ size: 0.2, rank: 0.19, sentence: `Sales rose by 50 ${hostile}` },
  certainty: { value: 0.97, p: 0.001, adjusted: 0.03, method: 'A test.' },
  query: { request: 'GET /api/connections/c/datapoints?metric=sales&from=2016-01-01', how: 'Add them up.' },
  ...{ firstSeen: 'c.1', lastSeen: 'c.2', timesSeen: 2, ended: null },
};

const standing: Standing = {
  ...{ id: 'sales/growth', metric: 'sales', name: 'Sales', kind: 'growth', grain: 'month', entity: null },
  ...{ currency: 'USD', better: 'up', value: 0.2, from: '2017-01-01', to: '2017-12-31', gap: null },
  ...{ position: { part: 2, of: 2 }, compared: 0.2, comparedTo: '2026-03-31', typical: null, at },
  group: { size: 4, needed: 4, segment: null },
};
const alone: Standing = {
  ...standing,
  ...{
    id: 'orders/growth',
    name: 'Orders',
    gap: 'GROUP_TOO_SMALL',
    position: null,
    compared: null,
    comparedTo: null,
  },
  group: { size: 1, needed: 4, segment: null },
};

const ledger = { ...emptyLedger, read: 10, inserted: 7, updated: 2, quarantined: 1, recordsAfter: 7 };

const forecastOf = (dimension: ReportForecast['dimension']): ReportForecast => ({
  ...{ series: `sales${dimension === null ? '' : '/x'}`, metric: 'sales', name: 'Sales', grain: 'month' },
  ...{ dimension, currency: 'USD', reason: null, why: null, mase: 0.8, coverage95: 0.96 },
  sentence: `Sales in January 2018: about 12 USD ${hostile} expected. Made by theta, which was nearer.`,
  points: [{ start: '2018-01-01', value: 12, low80: 10, high80: 14, low95: 8, high95: 16 }],
  recent: [
    { start: '2017-11-01', value: 10 },
    { start: '2017-12-01', value: null },
  ],
  notes: [hostile],
  record: { forecasts: 1, periods: 2, accuracy: null, sentence: 'Of 2 periods 2 lay within.' },
});

/** A page of a session that did everything, with names from outside that mean harm. */
export const report: SessionReport = {
  ...{ madeAt: at, timeZone: 'America/Los_Angeles', company: hostile, app: hostile },
  resourceNames: { orders: hostile },
  metricNames: { sales: hostile },
  session: {
    ...{ id: 'c.2', connectionId: 'c', number: 2, code: 19, name: 'Synced', kind: 'final', reason: 'SYNCED' },
    ...{ since: at, until: null, held: null, waitingFor: null, openedAt: '2026-03-01T11:58:00.000Z' },
    ...{ closedAt: at, closedBy: 'synced', company: 'acme', app: 'shop', generation: 1 },
    ...{ text: 'Synced, 1 row in quarantine', sentence: `All is there ${hostile}`, detail: null },
    ...{ failedResources: [], openedBy: by, allowed: [], resources: [], ledger, delivered: null },
    substages: substages.map((name) => ({
      ...{ name, status: 'done' as const, reason: null, startedAt: at, endedAt: at, counts: { found: 1 } },
    })),
  },
  later: null,
  dataKept: true,
  timeline: [
    { seq: 1, from: null, to: 2, name: 'Loading', event: 'load', reason: 'LOADING', by, at, note: hostile },
  ],
  ledger: {
    ...{ sessionId: 'c.2', sum: ledger, balanced: true, imbalance: null },
    resources: [
      { resource: 'orders', status: 'COMPLETED', ledger, drift: null, balanced: true, imbalance: null },
    ],
  },
  checks: [
    {
      ...{
        resource: 'orders',
        check: 'duplicates',
        method: 'm',
        severity: 'pass',
        value: 0.01,
        unit: 'share',
      },
      ...{
        low: null,
        high: 0.1,
        blocks: false,
        expected: 'at most 10 %',
        sentence: 'One row came twice.',
        at,
      },
    },
    {
      ...{ resource: 'orders', check: 'volume', method: 'm', severity: 'fail', value: 3, unit: 'rows' },
      ...{ low: 10, high: null, blocks: true, expected: hostile, sentence: 'Only 3 rows were read.', at },
    },
  ],
  insights: { shown: [insight], left: 3 },
  forecasts: {
    shown: [forecastOf(null), forecastOf({ field: 'category', value: hostile })],
    left: 2,
    gone: 0,
  },
  benchmark: { at, standings: [standing, alone] },
  cleaning: {
    ...{ looked: 3, unjudged: [{ reason: 'TOO_SHORT', series: 1 }], left: 0 },
    changes: [
      {
        ...{ series: 'sales/USD', id: 'outlier/2017-03-01', metric: 'sales', currency: 'USD' },
        ...{ dimension: { field: 'category', value: hostile }, rule: 'outlier', effect: 'replace' },
        ...{ status: 'undone', certainty: 'high', numbers: {}, sentence: hostile, foundIn: 'c.1' },
        points: [{ start: '2017-03-01', before: 900, after: 90 }],
        foundAt: at,
        undone: { by, at, why: hostile },
      },
    ],
  },
  merged: [
    {
      ...{ resource: 'orders', looked: 'all', merged: 7, groups: 1, parted: 1, suggestions: 2, at },
      seen: { records: 10, withoutKey: 1, alternatives: [{ by: 'email', empty: 1, ignored: 0 }] },
      common: [{ by: 'email', value: hostile, records: 5_000 }],
      list: [
        {
          ...{ survivor: 'k1', keys: ['k1', hostile, 'k2', 'k3', 'k4', 'k5', 'k6', 'k7'] },
          ...{ matchedBy: ['email', 'phone'], sessionId: 'c.2', at, others: [], mergedInto: null },
        },
      ],
    },
  ],
};
