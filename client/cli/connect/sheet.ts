import { TributaryError } from '../../../domain/errors.ts';
import type { WizardQuestion } from '../../wizard.ts';
import { failureLine } from '../failure.ts';
import { type Person, Stopped } from './person.ts';
import { answerOf, confirmed, type Known } from './question.ts';

/** The round of a step: `first`; `again`: every question, the last answers as defaults; `same`: the last answers. */
export type Round = 'first' | 'again' | 'same';

/** The questions of one step, with the answers of its rounds. */
export interface Sheet {
  /** @param known By the name of the question; `given` counts in the first round only. */
  fill(
    round: Round,
    questions: readonly WizardQuestion[],
    known?: (question: WizardQuestion) => Known,
  ): Promise<Readonly<Record<string, unknown>>>;
}

/** Makes an empty sheet. Answers that were left out are not in what it answers. */
export function createSheet(person: Person): Sheet {
  const last = new Map<string, unknown>();
  return {
    fill: async (round, questions, known = () => ({})) => {
      for (const question of questions) {
        const { name, kind } = question;
        const { given, fallback } = known(question);
        if (round === 'same' && last.has(name)) continue;
        const before = kind === 'secret' ? undefined : last.get(name);
        const facts = round === 'first' ? { given, fallback } : { fallback: before ?? given ?? fallback };
        last.set(name, await answerOf(person, question, kind === 'secret' && round !== 'first' ? {} : facts));
      }
      const names = questions.map(({ name }) => name);
      return Object.fromEntries(
        names.flatMap((name) => (last.get(name) === undefined ? [] : [[name, last.get(name)]])),
      );
    },
  };
}

/** It is the answers that are wrong. */
const isInput = ({ code }: TributaryError): boolean =>
  code === 'PROCEDURE_INVALID' || code === 'INVALID_INPUT';

/**
 * Does a step until the API takes it. What it refuses is said; wrong answers are asked again, anything else is tried
 * again once the person says so.
 * @throws {Stopped} when the person does not want to; what the step threw, where nobody can be asked
 */
export async function untilTaken<T>(person: Person, step: (round: Round) => Promise<T>): Promise<T> {
  let round: Round = 'first';
  for (;;) {
    try {
      return await step(round);
    } catch (error) {
      if (person.ask === undefined || !(error instanceof TributaryError)) throw error;
      person.say(failureLine(error));
      if (isInput(error)) {
        person.say('Once more; Enter takes your last answer.');
        round = 'again';
      } else {
        if (!(await confirmed(person, 'Try again?', true))) throw new Stopped();
        round = 'same';
      }
    }
  }
}
