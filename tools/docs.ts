import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Transition } from '../domain/machine.ts';
import { machines } from '../domain/machines.ts';
import { procedures } from '../domain/procedures.ts';
import { reasons } from '../domain/reasons.ts';
import {
  type SessionStatus,
  sessionMachine,
  sessionStatusKinds,
  sessionStatusNames,
} from '../domain/session.ts';
import {
  cellsOf,
  connectorsPage,
  definitionSchemaFile,
  definitionSchemaText,
  withConnectorTables,
} from './connector-docs.ts';

/** The generated page, relative to the repository. */
export const stateMachinesPage = 'docs/state-machines.md';

const headings: Readonly<Record<keyof typeof machines, string>> = {
  session: 'Session',
  connectionCode: "The connection's own code",
  sync: 'Sync',
  syncRun: 'Sync run',
  syncRecord: 'Sync record',
  connection: 'Connection',
  connectionConfiguration: 'Configuration of a connection',
  ingestionProcess: 'Ingestion process',
  ingestionRun: 'Ingestion run',
  report: 'Report',
};

/** A machine with its types forgotten: what a page can be written from. */
interface AnyMachine {
  readonly statuses: readonly (string | number)[];
  readonly ends: readonly (string | number)[];
  readonly transitions: readonly Transition<string | number, string, string>[];
}

/** Writes docs/state-machines.md as text, from the tables in domain/ alone. */
export function stateMachinesText(): string {
  return `${[
    '# State machines',
    'Made by `npm run docs` from the tables in domain/. Do not edit; a test checks that this page is current.',
    'An event with "if" or "unless" is taken only while that fact is true or false.',
    ...(Object.keys(headings) as (keyof typeof headings)[]).flatMap((name) => machineSection(name)),
    '## Procedures of a connection',
    procedureTable(),
    '## Reasons of a session',
    'Why a session is in its status, who can move it on and how, and what happens if nobody does.',
    reasonTable(),
  ].join('\n\n')}\n`;
}

function machineSection(name: keyof typeof machines): string[] {
  const machine: AnyMachine = machines[name];
  const sessionCodes = name === 'session' ? [sessionStatusTable()] : [];
  return [`## ${headings[name]}`, ...sessionCodes, diagram(name, machine), transitionTable(name, machine)];
}

function diagram(name: string, { statuses, ends, transitions }: AnyMachine): string {
  const node = (status: string | number | null) => (status === null ? '[*]' : `s_${status}`);
  const edges = new Map<string, string[]>();
  for (const row of transitions)
    for (const from of row.from) {
      const edge = `${node(from)} --> ${node(row.to)}`;
      edges.set(edge, [...(edges.get(edge) ?? []), eventText(row)]);
    }
  const lines = [
    'stateDiagram-v2',
    ...statuses.map((status) => `  state "${statusText(name, status)}" as ${node(status)}`),
    ...[...edges].map(([edge, events]) => `  ${edge} : ${events.join(', ')}`),
    ...ends.map((status) => `  ${node(status)} --> [*]`),
  ];
  return ['```mermaid', ...lines, '```'].join('\n');
}

function transitionTable(name: string, { transitions }: AnyMachine): string {
  const from = (row: AnyMachine['transitions'][number]) =>
    row.from.map((status) => (status === null ? '(new)' : statusText(name, status))).join(', ');
  return table(
    ['from', 'event', 'to'],
    transitions.map((row) => [from(row), eventText(row), statusText(name, row.to)]),
  );
}

function sessionStatusTable(): string {
  return table(
    ['code', 'status', 'kind', 'reasons'],
    sessionMachine.statuses.map((status) => [
      String(status),
      sessionStatusNames[status],
      sessionStatusKinds[status],
      [...new Set(reasons.filter((row) => row.statuses.includes(status)).map((row) => row.code))].join(', '),
    ]),
  );
}

function procedureTable(): string {
  return table(
    ['procedure', 'allowed in', 'effect', 'on failure', 'answers beside OK and the guards'],
    Object.entries(procedures).map(([name, row]) => [
      name,
      [
        row.statuses.map((status) => status ?? '(new)').join(', '),
        row.statuses.some((status) => status === 'CONFIGURING') && row.configurationStatuses.length < 5
          ? ` (${row.configurationStatuses.join(', ')})`
          : '',
      ].join(''),
      row.effect,
      row.onFailure,
      row.answers.join(', '),
    ]),
  );
}

function reasonTable(): string {
  return table(
    ['code', 'with', 'meaning', 'causes', 'who', 'call', 'if nobody does'],
    reasons.map((row) => [
      row.code,
      row.statuses.join(', '),
      row.meaning,
      row.causes.join(' '),
      row.who,
      plain(row.call ?? ''),
      plain(row.otherwise),
    ]),
  );
}

function eventText({ event, when, unless }: AnyMachine['transitions'][number]): string {
  const guards = [
    when === undefined ? [] : `if ${when}`,
    unless === undefined ? [] : `unless ${unless}`,
  ].flat();
  return guards.length === 0 ? event : `${event} (${guards.join(', ')})`;
}

const statusText = (name: string, status: string | number) =>
  name === 'session' ? `${status} ${sessionStatusNames[status as SessionStatus]}` : String(status);

/** Texts with facts in them, without the facts. */
const plain = (text: string) => text.replace(/\{\w+\|([^}]*)\}/g, '$1');

const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [head, head.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n');

const inRepository = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

async function write(path: string, text: string, check: boolean): Promise<boolean> {
  if (!check) {
    await writeFile(inRepository(path), text);
    return true;
  }
  return (await readFile(inRepository(path), 'utf8').catch(() => '')) === text;
}

/** Writes the page, or with `check` only says whether it is current. */
export const writeStateMachines = (check: boolean): Promise<boolean> =>
  write(stateMachinesPage, stateMachinesText(), check);

/** The page whose diagrams and table are made. */
const lifecyclePage = 'docs/lifecycle.md';

/** Puts diagrams and table into their places in the page: between `<!-- made: name -->` and `<!-- end -->`. */
function lifecycleText(page: string): string {
  const made: Readonly<Record<string, string>> = {
    connection: diagram('connection', machines.connection),
    configuration: diagram('connectionConfiguration', machines.connectionConfiguration),
    procedures: procedureTable(),
  };
  return page.replace(
    /(<!-- made: (\w+) -->\n).*?(<!-- end -->)/gs,
    (_, start: string, name: string, end: string) => `${start}\n${made[name] ?? ''}\n\n${end}`,
  );
}

/** Writes what is made of docs/lifecycle.md, or with `check` only says whether it is current. */
export async function writeLifecycle(check: boolean): Promise<boolean> {
  const page = await readFile(inRepository(lifecyclePage), 'utf8');
  const text = lifecycleText(page);
  // The formatter may have aligned the columns.
  return check ? cellsOf(page) === cellsOf(text) : write(lifecyclePage, text, false);
}

/** Writes the JSON Schema of connector definitions, or with `check` only says whether it is current. */
export async function writeDefinitionSchema(check: boolean): Promise<boolean> {
  if (!check) return write(definitionSchemaFile, definitionSchemaText(), false);
  // The formatter may have put short lists on one line.
  const there = await readFile(inRepository(definitionSchemaFile), 'utf8').catch(() => '{}');
  return JSON.stringify(JSON.parse(there)) === JSON.stringify(JSON.parse(definitionSchemaText()));
}

/** Writes the tables in docs/connectors.md, or with `check` only says whether they are current. */
export async function writeConnectorTables(check: boolean): Promise<boolean> {
  const page = await readFile(inRepository(connectorsPage), 'utf8');
  const text = withConnectorTables(page, inRepository('connectors'));
  // The formatter may have aligned the columns.
  if (check) return cellsOf(page) === cellsOf(text);
  return write(connectorsPage, text, false);
}

/** As `npm run check` wants them. */
function formatted(files: readonly string[]): void {
  const biome = inRepository('node_modules/@biomejs/biome/bin/biome');
  const { status } = spawnSync(process.execPath, [biome, 'format', '--write', ...files], {
    cwd: inRepository('.'),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) process.exitCode = 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const check = process.argv.includes('--check');
  const files = {
    [stateMachinesPage]: writeStateMachines,
    [definitionSchemaFile]: writeDefinitionSchema,
    [connectorsPage]: writeConnectorTables,
    [lifecyclePage]: writeLifecycle,
  };
  for (const [file, writeIt] of Object.entries(files)) {
    const current = await writeIt(check);
    console.log(current ? `${file} is current.` : `${file} is not current: npm run docs`);
    if (!current) process.exitCode = 1;
  }
  if (!check) formatted([definitionSchemaFile, connectorsPage, lifecyclePage]);
}
