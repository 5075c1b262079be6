import type { Connection } from '../../api/schemas/connections.ts';
import type { WizardQuestion } from '../../wizard.ts';
import { UsageError } from '../exit.ts';
import { missingIn } from './configuration-sheet.ts';
import { findConnection } from './identity.ts';
import type { Scene } from './scene.ts';
import { valueFault } from './values.ts';

type Given = Readonly<Record<string, unknown>> | undefined;

/** The steps that a connection has before it, by its configuration status; null: there is none yet. */
function stepsAhead(connection: Connection | null): ReadonlySet<string> {
  const all = ['connector', 'access', 'finalization'];
  if (connection === null || connection.status === 'DISCONNECTED') return new Set(all);
  if (connection.status !== 'CONFIGURING') return new Set();
  const done = { INSTALLED: 0, PREREQUISITES_DONE: 0, CONFIGURED: 1, CONNECTED: 2, FINALIZED: 3 };
  return new Set(all.slice(done[connection.configurationStatus]));
}

/**
 * Sees that nobody has to be asked, before anything is made.
 * @throws {UsageError} listing everything that has no default and no answer, and every answer that cannot be one
 */
export async function requireAnswers({ api, app, questions, answers }: Scene): Promise<void> {
  const { company } = answers;
  const id = answers.id ?? (company === undefined ? undefined : `${app.id}-${company}`);
  const before = id === undefined ? null : await findConnection(api, id);
  const ahead = stepsAhead(before);
  const stored = before?.parameters ?? {};
  const config = before === null ? [] : (await api.connectionConfig(before.id)).entries;
  const properties = config.find(({ key }) => key === 'properties')?.value as Given;
  const credentials = Object.fromEntries(
    questions.credentials.map(({ name, kind }) => [
      name,
      kind === 'secret' ? answers.secret : name === 'username' ? answers.username : answers.clientId,
    ]),
  );
  const faults = [
    ...(company === undefined ? ['company: the id of the company (or --company)'] : []),
    ...(ahead.has('connector') ? faultsOf('connector', questions.connector, answers.connector) : []),
    ...(ahead.has('access')
      ? [
          ...faultsOf('parameters', questions.parameters, { ...stored, ...answers.parameters }),
          ...faultsOf('credentials', questions.credentials, credentials),
          ...(app.auth === 'configuration' ? missingIn(app, answers) : []),
        ]
      : []),
    ...(ahead.has('finalization')
      ? [
          ...faultsOf('', questions.resources, {
            ...(answers.resources === undefined ? {} : { resources: answers.resources }),
            ...(answers.historyStart === undefined ? {} : { historyStart: answers.historyStart }),
          }),
          ...faultsOf('properties', questions.properties, { ...properties, ...answers.properties }),
        ]
      : []),
    ...prerequisiteFaults(questions.prerequisites, answers.prerequisites),
  ];
  if (faults.length === 0) return;
  throw new UsageError(
    `These answers are missing, or cannot be used; nothing was made:\n${faults.map((fault) => `  ${fault}`).join('\n')}\nA file with all of them: tributary connect ${app.id} --template`,
  );
}

function faultsOf(place: string, questions: readonly WizardQuestion[], given: Given = {}): string[] {
  const path = (name: string): string => (place === '' ? name : `${place}.${name}`);
  const names = questions.map(({ name }) => name);
  const unknown = Object.keys(given).filter((name) => !names.includes(name));
  return [
    ...questions.flatMap((question) => {
      const { name, title, required, kind } = question;
      const value = given[name];
      if (value !== undefined) {
        const fault = valueFault(question, value);
        return fault === null ? [] : [`${path(name)}: ${fault}`];
      }
      const empty = Array.isArray(question.default) && question.default.length === 0;
      if (!required || (question.default !== undefined && !empty)) return [];
      // Secrets stand in files of their own.
      return kind === 'secret'
        ? [`credentials.secretFile: ${title} (or --secret-file, or TRIBUTARY_APP_SECRET)`]
        : [`${path(name)}: ${title}`];
    }),
    ...unknown.map((name) => `${path(name)}: nobody asks for it; there is ${names.join(', ') || 'nothing'}`),
  ];
}

function prerequisiteFaults(
  questions: readonly WizardQuestion[],
  given: 'all' | readonly string[] = 'all',
): string[] {
  const names = questions.map(({ name }) => name);
  return given === 'all'
    ? []
    : given
        .filter((name) => !names.includes(name))
        .map((name) => `prerequisites: there is no "${name}"; there are ${names.join(', ') || 'none'}`);
}
