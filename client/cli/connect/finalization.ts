import { TributaryError } from '../../../domain/errors.ts';
import type { Connection } from '../../api/schemas/connections.ts';
import type { FinalizeBody } from '../../api/schemas/wizard.ts';
import type { WizardQuestion } from '../../wizard.ts';
import { formatFacts, plain } from '../output/table.ts';
import { Stopped } from './person.ts';
import { confirmed } from './question.ts';
import type { Scene } from './scene.ts';
import { settled } from './settled.ts';
import { createSheet, untilTaken } from './sheet.ts';
import { historyOf, scheduleText } from './values.ts';

type Filled = Readonly<Record<string, unknown>>;

/** What is loaded, and what the app's definition asks for; then a summary, and the start. */
export function askFinalization(scene: Scene, id: string): Promise<void> {
  const { api, app, answers, person, questions } = scene;
  const sheet = createSheet(person);
  return untilTaken(person, async (round) => {
    const [connection, { entries }] = await Promise.all([api.getConnection(id), api.connectionConfig(id)]);
    const stored = (entries.find(({ key }) => key === 'properties')?.value ?? {}) as Filled;
    const enabled = connection.resources.filter((one) => one.enabled).map((one) => one.id);
    if (round !== 'same') for (const line of resourceLines(scene, enabled)) person.say(line);
    const { resources } = await sheet.fill(round, named(questions.resources, 'resources'), () => ({
      given: answers.resources,
      fallback: enabled,
    }));
    const ids = resources as readonly string[];
    const canBegin = app.resources.filter((one) => one.canBegin && ids.includes(one.id)).map((one) => one.id);
    const history = named(questions.resources, 'historyStart').map((one) => ({
      ...one,
      title: `${one.title}, of ${canBegin.join(', ')}`,
    }));
    const { historyStart } =
      canBegin.length === 0
        ? {}
        : await sheet.fill(round, history, () => ({
            given: answers.historyStart,
            fallback: historyText(connection, ids),
          }));
    const properties = await sheet.fill(round, questions.properties, ({ name }) => ({
      given: answers.properties?.[name],
      fallback: stored[name],
    }));
    const text = historyStart === undefined ? '' : String(historyStart);
    for (const line of summary(connection, ids, text, properties)) person.say(line);
    if (person.ask !== undefined && !(await confirmed(person, 'Start it?', true))) throw new Stopped();
    const asked = { ...bodyOf(ids, text), ...(questions.properties.length === 0 ? {} : { properties }) };
    const answer = await settled(api, id, await api.finalize(id, asked as FinalizeBody));
    if (answer !== null) person.say(plain(answer.message));
  });
}

const named = (questions: readonly WizardQuestion[], name: string) =>
  questions.filter((one) => one.name === name);

function resourceLines({ app, person, answers }: Scene, enabled: readonly string[]): string[] {
  if (person.ask === undefined || answers.resources !== undefined) return [];
  const width = Math.max(...app.resources.map(({ id }) => id.length));
  return [
    '\nWhat is loaded (numbers or ids by comma, or all):',
    ...app.resources.map(({ id, name }, at) => {
      const mark = enabled.includes(id) ? 'x' : ' ';
      return `  ${String(at + 1).padStart(2)} [${mark}] ${id.padEnd(width)}  ${plain(name)}`;
    }),
  ];
}

/** As the question takes it. */
function historyText({ resources }: Connection, ids: readonly string[]): string | undefined {
  const own = resources.filter(({ id, historyStart }) => historyStart !== undefined && ids.includes(id));
  return own.length === 0 ? undefined : own.map((one) => `${one.id}=${one.historyStart}`).join(', ');
}

function bodyOf(ids: readonly string[], history: string): FinalizeBody {
  const { all, each } = historyOf(history);
  const stranger = Object.keys(each).find((id) => !ids.includes(id));
  if (stranger !== undefined)
    throw new TributaryError('INVALID_INPUT', `historyStart: ${stranger} is not among ${ids.join(', ')}.`);
  return {
    resources: ids.map((id) => (each[id] === undefined ? id : { id, historyStart: each[id] })),
    ...(all === undefined ? {} : { historyStart: all }),
  };
}

const summary = (
  { id, company, app, account, pool, timeZone, schedule, parameters, driftPolicy }: Connection,
  resources: readonly string[],
  history: string,
  properties: Filled,
): string[] => {
  const pairs = (values: Filled): string =>
    Object.entries(values)
      .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
      .join(', ');
  return [
    '',
    ...formatFacts([
      ['connection', `${id}, of ${company} to ${app}`],
      ['account', account],
      ['parameters', pairs(parameters)],
      ['sessions start', `${scheduleText(schedule)} (${timeZone})`],
      ['pool', pool],
      ['drift policy', driftPolicy],
      ['resources', resources.join(', ')],
      ['history from', history === '' ? 'the beginning' : history],
      ['properties', pairs(properties)],
    ]),
  ];
};
