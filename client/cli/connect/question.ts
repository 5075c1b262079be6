import type { WizardQuestion } from '../../wizard.ts';
import { UsageError } from '../exit.ts';
import { plain } from '../output/table.ts';
import type { Person } from './person.ts';
import { readValue, valueFault } from './values.ts';

/** What is known of an answer before anybody is asked. */
export interface Known {
  /** By option or file: it is not asked for. */
  readonly given?: unknown;
  /** Goes before the question's own default. */
  readonly fallback?: unknown;
}

/** Asks for yes or no. */
export async function confirmed(person: Person, text: string, byDefault: boolean): Promise<boolean> {
  const question = { name: '', title: text, kind: 'yesNo', required: true, default: byDefault } as const;
  return (await answerOf(person, question, {})) === true;
}

/**
 * The answer to a question: what was given, else what the person says, else the default. What is wrong is said and asked
 * again.
 * @returns undefined for an answer that may be left out
 * @throws {UsageError} where nobody can be asked
 */
export async function answerOf(
  person: Person,
  question: WizardQuestion,
  { given, fallback }: Known,
): Promise<unknown> {
  const { name, title, kind, required, description } = question;
  const byDefault = fallback ?? question.default;
  const fault = given === undefined ? null : valueFault(question, given);
  if (given !== undefined && fault === null) return given;
  const { ask } = person;
  if (ask === undefined) {
    if (fault !== null) throw new UsageError(`${name}: ${fault}.`);
    if (byDefault === undefined && required) throw new UsageError(`${name}: ${title} has no default.`);
    return byDefault;
  }
  if (fault !== null) person.say(`  ${title}: ${fault}.`);
  if (description !== undefined) person.say(`  ${plain(description)}`);
  for (;;) {
    const text = (await ask(promptOf(question, byDefault), { hidden: kind === 'secret' })).trim();
    if (text === '') {
      if (byDefault !== undefined || !required) return byDefault;
      person.say('  It is needed.');
      continue;
    }
    const read = readValue(question, text);
    if ('value' in read) return read.value;
    person.say(`  ${kind === 'secret' ? '' : `"${plain(text)}" cannot be used: `}${read.fault}.`);
  }
}

function promptOf({ title, kind, choices, example, required }: WizardQuestion, byDefault: unknown): string {
  const text = plain(title).replace(/[.:]$/, '');
  if (kind === 'yesNo') {
    const hint = byDefault === undefined ? 'y/n' : byDefault === true ? 'Y/n' : 'y/N';
    return `${text.endsWith('?') ? text : `${text}?`} [${hint}] `;
  }
  const hints = [
    ...(kind === 'choice' && choices !== undefined ? [choices.join(', ')] : []),
    ...(example === undefined ? [] : [`such as ${example}`]),
    ...(required || byDefault !== undefined || kind === 'secret' ? [] : ['may be left out']),
  ];
  const hint = hints.length === 0 ? '' : ` (${hints.join('; ')})`;
  return `${text}${hint}${byDefault === undefined ? '' : ` [${shown(byDefault)}]`}: `;
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
