import { compileSchema } from '../../../activities/schema.ts';
import { slugPattern } from '../../../domain/contracts.ts';
import type { JsonObject } from '../../../domain/json.ts';
import { cronFault, intervalFault } from '../../../domain/schedule.ts';
import { beginning, timeZone } from '../../api/schemas/connections.ts';
import type { ConnectorBody } from '../../api/schemas/wizard.ts';
import type { WizardQuestion } from '../../wizard.ts';

/** An answer that can be used, or why it cannot. */
export type Read = { readonly value: unknown } | { readonly fault: string };

type Schedule = NonNullable<ConnectorBody['schedule']>;

/** `manual`, `6h` and `0 6 * * 1-5` as schedules. */
export function scheduleOf(text: string): Schedule {
  if (text.toLowerCase() === 'manual') return { kind: 'MANUAL' };
  return /\s/.test(text) ? { kind: 'CRON', cron: text } : { kind: 'INTERVAL', every: text };
}

/** The other way round. */
export const scheduleText = (schedule: {
  readonly every?: string | undefined;
  readonly cron?: string | undefined;
}): string => schedule.every ?? schedule.cron ?? 'manual';

const messageOf = (result: { readonly error?: { readonly issues: readonly { message: string }[] } }) =>
  result.error?.issues[0]?.message ?? null;

/** `2024-01-31` for all resources, or `orders=2024-01-31, items=2023-01-01`. */
export function historyOf(text: string): {
  readonly all?: string;
  readonly each: Readonly<Record<string, string>>;
} {
  if (!text.includes('=')) return { ...(text === '' ? {} : { all: text }), each: {} };
  const pairs = text.split(',').map((one) => one.trim().split('=', 2));
  return { each: Object.fromEntries(pairs.map(([id = '', time = '']) => [id.trim(), time.trim()])) };
}

function historyFault(text: string): string | null {
  const { all, each } = historyOf(text);
  for (const time of [...(all === undefined ? [] : [all]), ...Object.values(each)]) {
    const fault = messageOf(beginning.safeParse(time));
    if (fault !== null) return fault;
  }
  return null;
}

/** What the API would say of the questions that every app has. */
const faultsByName: Readonly<Record<string, (text: string) => string | null>> = {
  timeZone: (text) => messageOf(timeZone.safeParse(text)),
  pool: (text) => slugFault(text),
  company: (text) => slugFault(text),
  id: (text) => slugFault(text),
  schedule: (text) => {
    const schedule = scheduleOf(text);
    if (schedule.kind === 'MANUAL') return null;
    return schedule.kind === 'CRON' ? cronFault(schedule.cron) : intervalFault(schedule.every);
  },
  historyStart: historyFault,
};

/** What is wrong with an id; null: nothing. */
export const slugFault = (text: string): string | null =>
  slugPattern.test(text)
    ? null
    : 'must begin with a small letter or digit and have small letters, digits, - and _ only (63 at most)';

/** What is wrong with an answer; null: nothing. */
export function valueFault({ name, kind, schema, choices = [] }: WizardQuestion, value: unknown) {
  if (kind === 'choices') {
    const unknown = (value as readonly string[]).find((one) => !choices.includes(one));
    if (unknown !== undefined) return `there is no "${unknown}"; there are ${choices.join(', ')}`;
    return (value as readonly string[]).length === 0 ? 'choose one at least' : null;
  }
  if (schema !== undefined) {
    const validate = compileSchema(schema as JsonObject);
    if (validate(value)) return null;
    const [error] = validate.errors ?? [];
    return error?.keyword === 'enum'
      ? `must be one of ${choices.join(', ')}`
      : (error?.message ?? 'is not valid');
  }
  if (kind === 'yesNo') return typeof value === 'boolean' ? null : 'must be true or false';
  if (typeof value !== 'string') return 'must be text: put it in quotes';
  if (kind === 'choice') return choices.includes(value) ? null : `must be one of ${choices.join(', ')}`;
  return faultsByName[name]?.(value) ?? null;
}

/** What was typed, as the answer to a question. */
export function readValue(question: WizardQuestion, text: string): Read {
  const read = parsed(question, text);
  if ('fault' in read) return read;
  const fault = valueFault(question, read.value);
  return fault === null ? read : { fault };
}

function parsed({ kind, schema, choices = [] }: WizardQuestion, text: string): Read {
  if (kind === 'yesNo') {
    if (/^(y|yes|true)$/i.test(text)) return { value: true };
    return /^(n|no|false)$/i.test(text) ? { value: false } : { fault: 'answer y or n' };
  }
  if (kind === 'number')
    return Number.isNaN(Number(text)) ? { fault: 'must be a number' } : { value: Number(text) };
  if (kind === 'json') {
    try {
      return { value: JSON.parse(text) as unknown };
    } catch {
      return { fault: 'must be JSON, such as ["a", "b"]' };
    }
  }
  const named = (one: string): string => choices[Number(one) - 1] ?? one;
  if (kind === 'choices')
    return {
      value:
        text === 'all'
          ? choices
          : [
              ...new Set(
                text
                  .split(/[\s,]+/)
                  .filter(Boolean)
                  .map(named),
              ),
            ],
    };
  if (kind !== 'choice') return { value: text };
  // Of a schema they need not be text.
  const all = Array.isArray(schema?.enum) ? (schema.enum as readonly unknown[]) : choices;
  return { value: all.find((one) => String(one) === text) ?? all[Number(text) - 1] ?? text };
}
