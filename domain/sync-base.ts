import { automationRuns, weekdays } from './automations.ts';
import {
  type Shown,
  type ShownAutomation,
  type ShownLog,
  type ShownOverview,
  type ShownReport,
  type ShownReportType,
  shownNextRun,
  shownSource,
  shownTask,
} from './sync-base-shown.ts';

/**
 * What a cell holds, in the one form in which both sides are compared ({@link cellOf}): an empty text, an unchecked box
 * and nothing are all null; a time is ISO 8601 UTC with milliseconds.
 */
export type Cell = string | number | true | null;

/** Types of Airtable's fields that the SYNC base uses (Airtable, "Field types and cell values"). */
export const syncFieldTypes = [
  'singleLineText',
  'multilineText',
  'number',
  'checkbox',
  'dateTime',
  'singleSelect',
] as const;
export type SyncFieldType = (typeof syncFieldTypes)[number];

/**
 * Who may change a field: `service`: we alone write it. `person`: both sides. `developer`: we, and developers; an edit
 * by somebody else is put back.
 */
export type FieldOwner = 'service' | 'person' | 'developer';

/** A field of the SYNC base. */
export interface SyncField<D> {
  /** As document 003 names it. */
  readonly name: string;
  readonly type: SyncFieldType;
  readonly owner: FieldOwner;
  /** Of singleSelect, the names of its options. */
  readonly choices?: readonly string[];
  /** Of a service's field: a person gives it in a row that he adds; later it is the service's. */
  readonly givenOnce?: true;
  /** A person may only empty it. */
  readonly clearOnly?: true;
  /** The app's own words, which end with the connection: no message and no row of Logs repeats them. */
  readonly words?: true;
  /** The watchdog writes it too, by the API: what comes from there is nobody's edit. */
  readonly watchdog?: true;
  /** What of ours it shows; `now` in ms since 1970. Not there: Message, which has no document behind it. */
  readonly show?: (doc: D, now: number) => Shown;
}

/** A table of the SYNC base. */
export interface SyncTable<D> {
  readonly name: string;
  /** The first is the primary one. */
  readonly fields: readonly SyncField<D>[];
  /** What a row means that a person adds: a new one of ours, or nothing. */
  readonly peopleAdd: boolean;
  /** What becomes of ours when a person deletes the row; the row is written again except of `forget`. */
  readonly onDelete: 'disable' | 'inactivate' | 'rewrite' | 'forget';
}

/** Our id, by which rows are found. */
export const idField = 'Id';
/** What is wrong with the row, for people. */
export const messageField = 'Message';

const text = 'singleLineText';
const service = 'service';
const person = 'person';
const message = { name: messageField, type: 'multilineText', owner: service } as const;
const id = <D extends { readonly _id: string }>() =>
  ({ name: idField, type: text, owner: service, show: ({ _id }: D) => _id }) as const;

const table = <D>(of: SyncTable<D>): SyncTable<D> => of;

/** Every table and field of the SYNC base (document 003), and who may change what; docs/airtable.md is made from it. */
export const syncTables = {
  overview: table<ShownOverview>({
    name: 'Overview',
    peopleAdd: false,
    onDelete: 'rewrite',
    fields: [
      id<ShownOverview>(),
      { name: 'Alive', type: 'number', owner: service, watchdog: true, show: () => 1 },
      { name: 'Timestamp', type: 'dateTime', owner: service, show: ({ timestamp }) => timestamp },
      message,
    ],
  }),
  logs: table<ShownLog>({
    name: 'Logs',
    peopleAdd: false,
    onDelete: 'forget',
    fields: [
      id<ShownLog>(),
      { name: 'Time', type: 'dateTime', owner: service, show: ({ at }) => at },
      { name: 'By', type: text, owner: service, show: ({ by }) => by.id },
      { name: 'Subject', type: text, owner: service, show: ({ subject }) => subject },
      { name: 'Text', type: 'multilineText', owner: service, words: true, show: (doc) => doc.text },
      message,
    ],
  }),
  reports: table<ShownReport>({
    name: 'Reports',
    peopleAdd: false,
    onDelete: 'rewrite',
    fields: [
      id<ShownReport>(),
      { name: 'Report Type', type: text, owner: service, show: ({ type }) => type },
      { name: 'Name', type: text, owner: service, show: ({ name }) => name },
      { name: 'Date', type: text, owner: service, show: ({ date }) => date },
      { name: 'Slot', type: text, owner: service, show: ({ slot }) => slot },
      { name: 'Status', type: text, owner: service, show: ({ status }) => status },
      { name: 'Fail', type: 'checkbox', owner: person, clearOnly: true, show: ({ fail }) => fail },
      {
        ...{ name: 'Last Updated', type: 'dateTime', owner: person, clearOnly: true },
        show: ({ lastUpdated }) => lastUpdated,
      },
      {
        ...{ name: 'Update Repeated', type: 'dateTime', owner: service },
        show: ({ updateRepeated }) => updateRepeated,
      },
      { name: 'Mongo Id', type: text, owner: service, show: ({ mongoId }) => mongoId },
      { name: 'Rows', type: 'number', owner: service, show: ({ rows }) => rows },
      { name: 'Revision', type: 'number', owner: service, show: ({ revision }) => revision },
      { name: 'Real-time', type: 'checkbox', owner: service, show: ({ realTime }) => realTime },
      { name: 'Reason', type: text, owner: service, show: ({ reason }) => reason },
      { name: 'Detail', type: 'multilineText', owner: service, words: true, show: ({ detail }) => detail },
      message,
    ],
  }),
  reportTypes: table<ShownReportType>({
    name: 'Report Types',
    peopleAdd: true,
    onDelete: 'inactivate',
    fields: [
      { ...id<ShownReportType>(), givenOnce: true },
      { name: 'Name', type: text, owner: person, show: ({ name }) => name },
      {
        ...{ name: 'Status', type: 'singleSelect', owner: person, choices: ['Active', 'Inactive'] },
        show: ({ status }) => status,
      },
      { name: 'Real-time', type: 'checkbox', owner: person, show: ({ realTime }) => realTime },
      { name: 'Offset', type: 'number', owner: person, show: ({ offset }) => offset },
      { name: 'Notify On Fail', type: 'checkbox', owner: person, show: ({ notifyOnFail }) => notifyOnFail },
      {
        ...{ name: 'Repeat after N days', type: 'number', owner: person },
        show: ({ repeatAfterDays }) => repeatAfterDays,
      },
      {
        ...{ name: 'Add to Datapoints', type: 'checkbox', owner: 'developer' },
        show: ({ addToDatapoints }) => addToDatapoints,
      },
      {
        ...{ name: 'Report Type Id', type: text, owner: 'developer' },
        show: ({ reportTypeId }) => reportTypeId,
      },
      {
        ...{ name: 'Source', type: text, owner: service, givenOnce: true },
        show: ({ source }) => shownSource(source),
      },
      message,
    ],
  }),
  automations: table<ShownAutomation>({
    name: 'Automations',
    peopleAdd: true,
    onDelete: 'disable',
    fields: [
      { ...id<ShownAutomation>(), givenOnce: true },
      { name: 'Name', type: text, owner: person, show: ({ name }) => name },
      {
        ...{ name: 'Description', type: 'multilineText', owner: person },
        show: ({ description }) => description,
      },
      { name: 'Task', type: text, owner: person, show: ({ task }) => shownTask(task) },
      { name: 'Time', type: text, owner: person, show: ({ time }) => time },
      { name: 'Timezone', type: text, owner: person, show: ({ timezone }) => timezone },
      {
        ...{ name: 'Run', type: 'singleSelect', owner: person, choices: automationRuns },
        show: ({ run }) => run,
      },
      {
        ...{ name: 'Weekday', type: 'singleSelect', owner: person, choices: weekdays },
        show: ({ weekday }) => weekday,
      },
      { name: 'Disable', type: 'checkbox', owner: person, show: ({ disabled }) => disabled },
      { name: 'Next Run', type: 'dateTime', owner: service, show: shownNextRun },
      message,
    ],
  }),
} as const;

export type SyncTableKey = keyof typeof syncTables;
export const syncTableKeys = Object.keys(syncTables) as readonly SyncTableKey[];

/** What is shown of each table's documents. */
export interface ShownOf {
  readonly overview: ShownOverview;
  readonly logs: ShownLog;
  readonly reports: ShownReport;
  readonly reportTypes: ShownReportType;
  readonly automations: ShownAutomation;
}

/** Fields of a table whoever owns them, without the type of its documents. */
export const fieldsOfTable = (key: SyncTableKey): readonly SyncField<never>[] => syncTables[key].fields;

/** The cells of a row as they should be, by the field's name; without Message. */
export function cellsOf<K extends SyncTableKey>(
  key: K,
  doc: ShownOf[K],
  now: number,
): Readonly<Record<string, Cell>> {
  const fields = syncTables[key].fields as unknown as readonly SyncField<ShownOf[K]>[];
  return Object.fromEntries(
    fields.flatMap(({ name, type, show }) =>
      show === undefined ? [] : [[name, cellOf(type, show(doc, now))]],
    ),
  );
}

/**
 * A value of a cell in the form in which both sides are compared, of ours and of Airtable's API and webhook payloads
 * alike, where a select is an object with its name. What is not of the type is kept as a text or a number: the merge
 * tells the person.
 */
export function cellOf(type: SyncFieldType, value: unknown): Cell {
  if (value instanceof Date) return Number.isFinite(value.getTime()) ? value.toISOString() : null;
  if (value === null || value === undefined || value === '' || value === false) return null;
  if (value === true) return true;
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'object') {
    const { name } = value as { readonly name?: unknown };
    return typeof name === 'string' ? cellOf(type, name) : JSON.stringify(value);
  }
  const said = String(value);
  if (type !== 'dateTime') return said;
  const at = Date.parse(said);
  return Number.isFinite(at) ? new Date(at).toISOString() : said;
}
