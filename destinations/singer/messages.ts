import type { FieldType } from '../../domain/delivery.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { DeliveryRow, DeliveryTarget } from '../contract.ts';

/** When a row was deleted; null while it is there. The name is the one that Singer programs agree on. */
export const deletedAt = '_sdc_deleted_at';

const schemas: Readonly<Record<FieldType, { readonly type: readonly string[]; readonly format?: string }>> = {
  text: { type: ['string'] },
  number: { type: ['number'] },
  integer: { type: ['integer'] },
  boolean: { type: ['boolean'] },
  date: { type: ['string'], format: 'date' },
  datetime: { type: ['string'], format: 'date-time' },
  json: { type: ['object', 'array', 'string', 'number', 'boolean'] },
};

const orNull = ({ type, ...rest }: { readonly type: readonly string[]; readonly format?: string }) => ({
  type: ['null', ...type],
  ...rest,
});

const line = (message: object): string => `${JSON.stringify(message)}\n`;

/** What comes first: the stream, its fields and its key. */
export const schemaLine = ({ object, fields, keyField }: DeliveryTarget): string =>
  line({
    type: 'SCHEMA',
    stream: object,
    schema: {
      type: 'object',
      properties: Object.fromEntries([
        ...fields.map(({ name, type }) => [name, name === keyField ? schemas[type] : orNull(schemas[type])]),
        [deletedAt, orNull(schemas.datetime)],
      ]),
    },
    key_properties: [keyField],
  });

export const recordLine = ({ action, fields }: DeliveryRow, stream: string, now: Date): string => {
  const time = now.toISOString();
  const record: JsonObject = { ...fields, [deletedAt]: action === 'delete' ? time : null };
  return line({ type: 'RECORD', stream, record, time_extracted: time });
};

/** Given back by the target once everything before it is stored. */
export const stateLine = (number: number): string => line({ type: 'STATE', value: { tributary: number } });

/** The number of a state that a target gave back; undefined when it is none of ours. */
export function stateNumber(text: string): number | undefined {
  try {
    const state = JSON.parse(text);
    // A target writes the value alone; some repeat the message.
    const number: unknown = (state?.type === 'STATE' ? state.value : state)?.tributary;
    return Number.isSafeInteger(number) ? (number as number) : undefined;
  } catch {
    return undefined;
  }
}
