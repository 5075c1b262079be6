import { airtable } from '../../../destinations/airtable/index.ts';
import type { DestinationDriver, TargetField } from '../../../destinations/contract.ts';
import type { FieldType } from '../../../domain/delivery.ts';
import type { JsonObject } from '../../../domain/json.ts';
import { startAirtable } from '../../support/airtable/index.ts';
import type { NewField } from '../../support/airtable/model.ts';
import { type Scene, testContext } from '../scene.ts';

const types: Readonly<Record<FieldType, Omit<NewField, 'name'>>> = {
  text: { type: 'multilineText' },
  number: { type: 'number', options: { precision: 8 } },
  integer: { type: 'number', options: { precision: 0 } },
  boolean: { type: 'checkbox', options: { icon: 'check', color: 'greenBright' } },
  date: { type: 'date', options: { dateFormat: { name: 'iso' } } },
  datetime: {
    type: 'dateTime',
    options: { dateFormat: { name: 'iso' }, timeFormat: { name: '24hour' }, timeZone: 'utc' },
  },
  json: { type: 'multilineText' },
};

export const fieldsFor = (fields: readonly TargetField[]): NewField[] => [
  { name: 'id', type: 'singleLineText' },
  ...fields.map(({ name, type }) => ({ name, ...types[type] })),
];

/** A base of the stand-in, which has all the time of the world unless a test says otherwise. */
export async function airtableScene() {
  const server = await startAirtable({ perSecond: 1_000, perToken: 1_000 });
  const base = server.addBase([{ name: 'Used', fields: [{ name: 'id', type: 'singleLineText' }] }]);
  const hidden = server.addBase();
  const token = server.token();
  const configuration = { base: base.id, endpointUrl: server.url };
  let tables = 0;
  const scene: Scene = {
    driver: airtable as DestinationDriver,
    settings: { configuration, secret: { token } },
    context: testContext,
    async target(fields) {
      const object = `Table ${++tables}`;
      base.addTable(object, fieldsFor(fields));
      return { syncId: 's', object, keyField: 'id', fields: [{ name: 'id', type: 'text' }, ...fields] };
    },
    async rows({ object }) {
      return new Map(base.rows(object).map((row) => [String(row.id), row as JsonObject]));
    },
    // Airtable does not show empty cells, and has lists and objects as text only.
    shown: (fields) =>
      Object.fromEntries(
        Object.entries(fields)
          .filter(([, value]) => value !== null && value !== '' && value !== false)
          .map(([name, value]) => [name, typeof value === 'object' ? JSON.stringify(value) : value]),
      ),
    rejecting: async () => ({
      target: await scene.target([
        { name: 'name', type: 'text' },
        { name: 'amount', type: 'number' },
      ]),
      bad: { name: 'x', amount: 'much' },
      code: /^INVALID_VALUE_FOR_COLUMN$/,
      message: /^Field "amount" cannot accept the provided value$/,
    }),
    sever: async () => {
      const mend = server.sever();
      return async () => mend();
    },
    stall: async () => {
      const wake = server.stall();
      return async () => wake();
    },
    unparsable: {
      configuration: { base: 'sales', typcast: true },
      secret: {},
      says: [/base: is not the id of a base/, /typcast/, /secret\.token/],
    },
    wrong: [
      { configuration, secret: { token: 'pat.unknown' }, says: [/AUTHENTICATION_REQUIRED/] },
      {
        configuration: { ...configuration, base: hidden.id },
        secret: { token: server.token({ bases: [base.id] }) },
        says: [/INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND/],
      },
      {
        configuration,
        secret: { token: server.token({ scopes: ['schema.bases:read'] }) },
        says: [/data\.records:read/, /data\.records:write/],
      },
      { configuration, secret: { token: server.token({ permission: 'read' }) }, says: [/read only/] },
    ],
    missing: async () => ({
      target: {
        ...{ syncId: 's', object: `Made ${++tables}`, keyField: 'id' },
        fields: [
          { name: 'name', type: 'text' },
          { name: 'amount', type: 'number' },
          { name: 'id', type: 'text' },
        ],
      },
      creates: [/table "Made \d+".*"name".*"amount".*"id"/],
    }),
    close: () => server.stop(),
  };
  return { scene, server, base };
}
