import { TributaryError } from '../../../domain/errors.ts';
import type { Connection } from '../../api/schemas/connections.ts';
import type { TributaryClient } from '../../tributary-client.ts';
import type { WizardQuestion } from '../../wizard.ts';
import { plain } from '../output/table.ts';
import { type Person, Stopped } from './person.ts';
import { confirmed } from './question.ts';
import type { Scene } from './scene.ts';
import { settled } from './settled.ts';
import { createSheet, type Round, type Sheet, untilTaken } from './sheet.ts';

const shownCompanies = 10;

/** A connection, or null where there is none of this id. */
export async function findConnection(api: TributaryClient, id: string): Promise<Connection | null> {
  try {
    return await api.getConnection(id);
  } catch (error) {
    if (error instanceof TributaryError && error.code === 'NOT_FOUND') return null;
    throw error;
  }
}

/**
 * Whose connection it is, and under which id: a new one is installed, one that is being set up goes on, one that was
 * disconnected is connected again.
 * @returns the id of a connection in CONFIGURING
 * @throws {TributaryError} CONNECTION_EXISTS for one that is set up
 */
export async function identify(scene: Scene): Promise<string> {
  const sheet = createSheet(scene.person);
  const found = await untilTaken(scene.person, (round) => identifyOnce(scene, sheet, round));
  if (typeof found === 'string') return found;
  throw isSetUp(found, await nextCommand(scene.api, found.id));
}

/** @returns the connection itself where there is nothing to set up */
async function identifyOnce(scene: Scene, sheet: Sheet, round: Round): Promise<string | Connection> {
  const { api, app, answers, person } = scene;
  const { companies } = await api.listCompanies();
  if (person.ask !== undefined && answers.company === undefined && companies.length > 0)
    person.say(`  Known: ${companyList(companies.map(({ id }) => id))}`);
  const slug = (name: string, title: string): WizardQuestion => ({
    ...{ name, title, kind: 'text', required: true },
    ...(name === 'company' ? { example: 'acme' } : {}),
  });
  const { company } = await sheet.fill(round, [slug('company', 'Company id')], () => ({
    given: answers.company,
  }));
  const companyId = String(company);
  const isKnown = companies.some(({ id }) => id === companyId);
  const name = {
    name: 'name',
    title: `Name of the company ${companyId}`,
    kind: 'text',
    required: false,
  } as const;
  const { name: companyName } = isKnown
    ? { name: answers.companyName }
    : await sheet.fill(round, [{ ...name, default: companyId }], () => ({ given: answers.companyName }));
  const byDefault = `${app.id}-${companyId}`;
  const { id } = await sheet.fill(
    round,
    [{ ...slug('id', 'Id of the connection'), default: byDefault }],
    () => ({
      given: answers.id,
    }),
  );
  const connectionId = String(id);
  const before = await findConnection(api, connectionId);
  if (before !== null) return goOn(scene, before, companyId);
  const { message } = await api.install({
    company: { id: companyId, ...(typeof companyName === 'string' ? { name: companyName } : {}) },
    ...{ app: app.id, id: connectionId },
  });
  person.say(message);
  return connectionId;
}

const companyList = (ids: readonly string[]): string =>
  ids.length > shownCompanies
    ? `${ids.slice(0, shownCompanies).join(', ')} and ${ids.length - shownCompanies} more`
    : ids.join(', ');

/** A connection of this id is there already. */
async function goOn(
  { api, app, person }: Scene,
  before: Connection,
  company: string,
): Promise<string | Connection> {
  const { id } = before;
  if (before.app !== app.id || before.company !== company)
    throw new TributaryError(
      'INVALID_INPUT',
      `id: ${id} is the connection of ${before.company} to ${before.app}; choose another id.`,
    );
  if (before.status === 'CONFIGURING') {
    person.say(`${id} is being set up; it goes on where it stands.`);
    return id;
  }
  if (before.status !== 'DISCONNECTED') return before;
  await connectAgain(api, person, id);
  return id;
}

async function connectAgain(api: TributaryClient, person: Person, id: string): Promise<void> {
  const text = `${id} was disconnected. Connect it again, with its old settings as defaults?`;
  if (person.ask !== undefined && !(await confirmed(person, text, true))) throw new Stopped();
  const answer = await settled(api, id, await api.connectAgain(id));
  person.say(plain(answer?.message ?? `${id} begins anew.`));
}

async function nextCommand(api: TributaryClient, id: string): Promise<string> {
  const { next } = await api.connectionStatus(id);
  return next?.command ?? `tributary why ${id}`;
}

const isSetUp = ({ id, status }: Connection, command: string): TributaryError =>
  new TributaryError(
    'CONNECTION_EXISTS',
    `${id} is set up already, and ${status}. What is next: ${command}. What can be changed: tributary connection settings --help.`,
  );
