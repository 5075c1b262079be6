import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Automation, weekdays } from '../../domain/automations.ts';
import {
  dueTimes,
  nextDueTimes,
  slotAt,
  type Timing,
  tickTimesOf,
  timingFaults,
} from '../../domain/due-times.ts';
import { clockOf, gmtOffsetMinutes } from '../../domain/zones.ts';

const minuteMs = 60_000;
const dayMs = 86_400_000;
const daily = (time: string, timezone: string): Timing => ({ run: 'Daily', time, timezone, weekday: null });
const at = (text: string) => Date.parse(text);
const isoOf = (times: readonly { at: number }[]) => times.map((time) => new Date(time.at).toISOString());

/** Berlin, New York, Lord Howe (30 minutes), Santiago (southern, at midnight) and Casablanca (winter time in Ramadan). */
const zones = [
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'America/Santiago',
  'Africa/Casablanca',
];
const timeOfDay = fc
  .integer({ min: 0, max: 1439 })
  .map(
    (minutes) =>
      `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`,
  );

/** What a clock in the zone shows, by Intl alone. */
function shownAt(instant: number, timeZone: string): string {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
  return format.format(instant);
}

describe('due times', () => {
  it('twenty years of dates: each date once, at its wall time, else in the first minute after the gap', () => {
    const from = at('2010-01-01T00:00:00Z');
    const to = at('2030-01-01T00:00:00Z');
    const holds = (zone: string, time: string): void => {
      const found = dueTimes(daily(time, zone), from, to);
      assert.ok(Math.abs(found.length - 7305) <= 1);
      const clock = clockOf(zone);
      for (const [index, { at: instant, slot }] of found.entries()) {
        const before = found[index - 1];
        if (before !== undefined) {
          assert.equal(Date.parse(slot) - Date.parse(before.slot), dayMs);
          assert.ok(instant > before.at);
        }
        const local = new Date(instant + (clock?.(instant) ?? 0)).toISOString();
        if (local.slice(0, 16) === `${slot}T${time}`) {
          // The first of the two, where it comes twice: only after the clock was changed.
          const earlier = instant - 3 * 3_600_000;
          if (clock?.(earlier) === clock?.(instant)) continue;
          for (let minute = earlier; minute < instant; minute += 30 * minuteMs)
            assert.notEqual(
              new Date(minute + (clock?.(minute) ?? 0)).toISOString().slice(0, 16),
              `${slot}T${time}`,
            );
          continue;
        }
        // Not shown on that date: the minute before is before it, this one is after it.
        assert.ok(shownAt(instant - minuteMs, zone) < `${slot} ${time}`);
        assert.ok(shownAt(instant, zone) > `${slot} ${time}`);
      }
    };
    for (const zone of zones) {
      const inTheGap = zone === 'America/Santiago' ? '00:15' : '02:15';
      const property = fc.property(timeOfDay, (time) => holds(zone, time));
      fc.assert(property, { numRuns: 2, examples: [[inTheGap]] });
    }
  });

  it('the spring gap, the autumn hour and a date that is left out', () => {
    const spring = dueTimes(
      daily('02:30', 'Europe/Berlin'),
      at('2026-03-28T00:00Z'),
      at('2026-03-31T00:00Z'),
    );
    assert.deepEqual(isoOf(spring), [
      '2026-03-28T01:30:00.000Z',
      '2026-03-29T01:00:00.000Z',
      '2026-03-30T00:30:00.000Z',
    ]);
    const autumn = dueTimes(
      daily('02:30', 'Europe/Berlin'),
      at('2026-10-25T00:00Z'),
      at('2026-10-26T00:00Z'),
    );
    assert.deepEqual(isoOf(autumn), ['2026-10-25T00:30:00.000Z']);
    const apia = dueTimes(daily('12:00', 'Pacific/Apia'), at('2011-12-28T00:00Z'), at('2011-12-31T12:00Z'));
    assert.deepEqual(
      apia.map(({ slot }) => slot),
      ['2011-12-28', '2011-12-29', '2011-12-31'],
    );
  });

  it('a tick of the hour that comes twice stands for one slot', () => {
    const timing = daily('02:30', 'Europe/Berlin');
    assert.equal(slotAt(timing, at('2026-10-25T00:30Z'))?.slot, '2026-10-25');
    assert.equal(slotAt(timing, at('2026-10-25T01:30Z'))?.slot, '2026-10-25');
    assert.equal(slotAt(timing, at('2026-10-25T00:29Z'))?.slot, '2026-10-24');
  });

  it('an interval counts from the epoch and its slot is the time', () => {
    const timing: Timing = { run: 'Interval', time: '00:30', timezone: '-7', weekday: null };
    const times = nextDueTimes(timing, 3, at('2026-01-01T00:10Z'));
    assert.deepEqual(
      times.map(({ slot }) => slot),
      ['2026-01-01T00:30:00.000Z', '2026-01-01T01:00:00.000Z', '2026-01-01T01:30:00.000Z'],
    );
  });

  it('hours from GMT become a calendar of UTC that ticks at exactly the due times', () => {
    const property = fc.property(
      fc.integer({ min: -12 * 4, max: 14 * 4 }).map((quarters) => quarters * 15),
      timeOfDay,
      fc.constantFrom(null, ...weekdays),
      (offset, time, weekday) => {
        const sign = offset < 0 ? '-' : '+';
        const hours = `${Math.floor(Math.abs(offset) / 60)}`.padStart(2, '0');
        const timezone = `GMT${sign}${hours}:${`${Math.abs(offset) % 60}`.padStart(2, '0')}`;
        const timing: Timing = { run: weekday === null ? 'Daily' : 'Weekly', time, timezone, weekday };
        const ticks = tickTimesOf(timing);
        assert.ok(ticks.kind === 'calendar' && ticks.timezone === 'UTC');
        for (const due of nextDueTimes(timing, 3, at('2026-02-27T00:00Z'))) {
          const date = new Date(due.at);
          assert.equal(date.getUTCHours(), ticks.hour);
          assert.equal(date.getUTCMinutes(), ticks.minute);
          if (ticks.dayOfWeek !== null) assert.equal(date.getUTCDay(), ticks.dayOfWeek);
        }
      },
    );
    fc.assert(property, { numRuns: 200 });
  });

  it('reads offsets from GMT as people write them', () => {
    for (const [text, minutes] of [
      ...([
        ['-7', -420],
        ['GMT-7', -420],
        ['UTC+05:30', 330],
        ['+0530', 330],
        ['0', 0],
        ['GMT', 0],
      ] as const),
      ...([
        ['+14', 840],
        ['+15', null],
        ['', null],
        ['PDT', null],
        ['Europe/Berlin', null],
        ['--7', null],
      ] as const),
    ])
      assert.equal(gmtOffsetMinutes(text), minutes, text);
  });

  it('says what is wrong with a timing, and where', () => {
    const faults = (over: Partial<Automation>) =>
      timingFaults({ ...daily('06:00', '-7'), ...over } as Timing).map(({ field }) => field);
    assert.deepEqual(faults({}), []);
    assert.deepEqual(faults({ timezone: 'Mars/Olympus' }), ['timezone']);
    assert.deepEqual(faults({ run: 'Interval', time: '00:00' }), ['time']);
    assert.deepEqual(faults({ run: 'Interval', time: '24:00' }), []);
    assert.deepEqual(faults({ time: '25:99' }), ['time']);
    assert.deepEqual(faults({ run: 'Weekly' }), ['weekday']);
    assert.throws(() => dueTimes(daily('25:00', '-7'), 0, 1), RangeError);
  });
});
