import { spanOf } from './calendar.ts';
import { concentrationMethod, concentrationOf } from './concentration.ts';
import type { Crowd } from './entities.ts';
import { gather } from './frame.ts';
import { type Draft, importance, insightIdOf, type Probe, within } from './probe.ts';
import { randomOf } from './random.ts';
import { type Lost, lostMethod, lostOf, type Turnover, wonBeforeOf, wonMethod, wonOf } from './turnover.ts';
import type { Pause } from './turns.ts';
import { amount, counted, figure, nounOf, percent } from './words.ts';

/** Lost or won that came to less of the total is not told. */
const leastShare = 0.01;
/** Shares of the greatest from which they are told though nothing has changed. */
const muchOfOne = 0.15;
const muchOfTen = 0.4;
/** A change of the share of ten of less is not told. */
const leastChange = 0.03;

/** What the entities of a frame tell: who was lost, who was won, how much hangs on few. */
export async function crowdProbes(connectionId: string, crowd: Crowd, pause: Pause): Promise<Probe[]> {
  // Of a part of them nothing is said: who is missing may be those who matter.
  if (crowd.left > 0) return [];
  return [
    ...(await turnoverProbes(connectionId, crowd, pause)),
    ...(await concentrationProbes(connectionId, crowd, pause)),
  ];
}

function spansOf({ frame }: Crowd) {
  const end = frame.first + frame.length - 1;
  const { season } = frame;
  return {
    period: spanOf(frame.grain, end - season + 1, end),
    comparison: spanOf(frame.grain, end - 2 * season + 1, end - season),
    now: gather(frame, frame.total, frame.length - season, season).value ?? 0,
    before: gather(frame, frame.total, frame.length - 2 * season, season).value ?? 0,
  };
}

const placeOf = ({ frame, field }: Crowd) => ({
  metric: frame.metric.id,
  dimension: null,
  currency: frame.currency,
  entity: field,
});

const recordsRequest = (connectionId: string, { frame: { metric } }: Crowd): string =>
  `GET /api/connections/${connectionId}/records?resource=${metric.resource}`;

/** What one record counts for, in words. */
const measured = ({ frame: { metric } }: Crowd): string =>
  metric.measure.kind === 'sum' ? `the sum of ${metric.measure.field}` : 'the number of records';

const list = (crowd: Crowd, entities: Draft['entities']): string =>
  entities
    .slice(0, 2)
    .map(({ id, value }) => `${id} (${amount(value, crowd.frame.currency)})`)
    .join(' and ');

async function turnoverProbes(connectionId: string, crowd: Crowd, pause: Pause): Promise<Probe[]> {
  const { length, season } = crowd.frame;
  const lost = await lostOf(crowd, pause);
  const won = await wonOf(crowd, pause);
  const wonBefore = length >= 3 * season ? await wonBeforeOf(crowd, pause) : null;
  const tested: Probe = {
    p: lost.p,
    weight: 3,
    method: lostMethod,
    draft: () => lostDraft(connectionId, crowd, lost),
  };
  const counted: Probe = {
    p: null,
    weight: 1,
    method: wonMethod,
    draft: () => wonDraft(connectionId, crowd, won, wonBefore),
  };
  return lost.p < 1 ? [tested, counted] : [counted];
}

/** What lost and won have in common; null where they came to next to nothing. */
function turnoverOf(crowd: Crowd, kind: 'lost' | 'won', { count, greatest, value }: Turnover, total: number) {
  const { frame, field } = crowd;
  const share = total > 0 ? value / total : 0;
  if (count === 0 || share < leastShare) return null;
  const { period, comparison } = spansOf(crowd);
  // The field that is named first is what the company thinks in.
  const matters = field === frame.metric.entities[0] ? 0.8 : 0.4;
  const draft = {
    id: insightIdOf([kind, frame.total.id, field, period.from, period.to]),
    kind,
    ...placeOf(crowd),
    direction: kind === 'won' ? ('up' as const) : ('down' as const),
    // Of a number that should be small, such as refunds, it is not said which is good.
    good: frame.metric.better === 'up' ? kind === 'won' : null,
    period,
    comparison,
    drivers: null,
    entities: greatest.map((one) => ({ id: one.id, value: kind === 'won' ? one.now : one.before })),
    size: within(share * importance(frame) * matters),
  };
  const made = `${amount(value, frame.currency)} of ${frame.metric.name} (${percent(share)}), most of all ${list(crowd, draft.entities)}`;
  return { draft, share, made };
}

function lostDraft(connectionId: string, crowd: Crowd, lost: Lost): Draft | null {
  const { frame, field } = crowd;
  const { period, comparison, before } = spansOf(crowd);
  const common = turnoverOf(crowd, 'lost', lost, before);
  if (common === null) return null;
  const { draft, share, made } = common;
  const { count, value, expected, unsure } = lost;
  const { time } = frame.metric;
  return {
    ...draft,
    numbers: { count, value, share, expected, unsure },
    sentence: `${counted(count, field)} of ${comparison.label} ${count === 1 ? 'was' : 'were'} not seen in ${period.label}, though usually seen more often; in ${comparison.label} they made ${made}.`,
    query: {
      request: recordsRequest(connectionId, crowd),
      how: `By ${field}: those with at least three days of ${time} up to ${comparison.to}, a year or more from first to last, the last of them from ${comparison.from} on, none from ${period.from} to ${period.to}, and from the last one to ${period.to} at least three times the mean gap and twice the longest one between them; ${measured(crowd)} from ${comparison.from} to ${comparison.to}.`,
    },
  };
}

function wonDraft(connectionId: string, crowd: Crowd, won: Turnover, before: Turnover | null): Draft | null {
  const { frame, field } = crowd;
  const { period, comparison, now } = spansOf(crowd);
  const common = turnoverOf(crowd, 'won', won, now);
  if (common === null) return null;
  const { draft, share, made } = common;
  const { count } = won;
  const earlier = before === null ? '' : ` (${figure(before.count)} in ${comparison.label})`;
  return {
    ...draft,
    numbers: {
      ...{ count, value: won.value, share },
      ...(before === null ? {} : { countBefore: before.count, valueBefore: before.value }),
    },
    sentence: `${counted(count, field)} ${count === 1 ? 'was' : 'were'} new in ${period.label} and seen more than once${earlier}; they made ${made}.`,
    query: {
      request: recordsRequest(connectionId, crowd),
      how: `By ${field}: those without a record before ${period.from} and with at least two days of ${frame.metric.time} up to ${period.to}; ${measured(crowd)} from ${period.from} to ${period.to}.`,
    },
  };
}

async function concentrationProbes(connectionId: string, crowd: Crowd, pause: Pause): Promise<Probe[]> {
  const { frame, field } = crowd;
  const { period, comparison } = spansOf(crowd);
  const found = await concentrationOf(crowd, randomOf(`concentration/${frame.total.id}/${field}`), pause);
  if (found === null) return [];
  const { now, before, count, top } = found;
  const change = now.ten - before.ten;
  const moved = Math.abs(change) >= leastChange;
  const much = now.one >= muchOfOne || now.ten >= muchOfTen;
  const direction = change > 0 ? 'up' : change < 0 ? 'down' : 'none';
  const noun = nounOf(field);
  const draftAs = (told: 'level' | 'change'): Draft => ({
    id: insightIdOf(['concentration', told, frame.total.id, field, period.from, period.to, direction]),
    kind: 'concentration',
    ...placeOf(crowd),
    direction,
    // Much on few is a risk; the other way round nothing is said.
    good: told === 'change' && change > 0 ? false : null,
    period,
    comparison,
    numbers: {
      topOne: now.one,
      topFive: now.five,
      topTen: now.ten,
      topOneBefore: before.one,
      topFiveBefore: before.five,
      topTenBefore: before.ten,
      entities: count,
    },
    drivers: null,
    entities: top,
    size: within((told === 'change' ? Math.abs(change) : now.ten / 3) * importance(frame)),
    sentence: `The ten greatest of ${counted(count, field)} made ${percent(now.ten)} of ${frame.metric.name} in ${period.label} (${percent(before.ten)} in ${comparison.label}); the greatest ${noun}, ${top[0]?.id}, ${percent(now.one)}.`,
    query: {
      request: recordsRequest(connectionId, crowd),
      how: `${measured(crowd)} by ${field} from ${period.from} to ${period.to} and from ${comparison.from} to ${comparison.to}, those below 0 as 0; the ten greatest of each, divided by all.`,
    },
  });
  const probes: Probe[] = [
    {
      p: found.p,
      weight: 3,
      method: concentrationMethod,
      draft: () => (moved && !much ? draftAs('change') : null),
    },
  ];
  if (much) probes.push({ p: null, weight: 1, method: concentrationMethod, draft: () => draftAs('level') });
  return probes;
}
