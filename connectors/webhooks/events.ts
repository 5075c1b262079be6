import { createHash } from 'node:crypto';
import { TributaryError } from '../../domain/errors.ts';
import type { JsonValue } from '../../domain/json.ts';
import { valueAt } from '../pointer.ts';
import type { ConnectorDefinition, WebhookMeaning, WebhookPlace, WebhooksDefinition } from '../schema.ts';
import { type DeliveryHeaders, headerOf } from './delivery.ts';
import { type EventMeaning, meaningOf } from './meaning.ts';

/** One event of a delivery. */
export interface WebhookEvent {
  /** At most 200 characters: told twice, it counts once. */
  readonly id: string;
  /** What the app calls it, at most 200 characters; empty where it does not say. */
  readonly type: string;
  readonly occurredAt?: Date;
  readonly account?: string;
  readonly meaning: WebhookMeaning;
  readonly resource?: string;
  /** The item that it is, or the whole body. */
  readonly body: JsonValue;
}

/** Longer ones are no names. */
const nameChars = 200;

/** Deeper ones cannot be written down again, and are no events. */
const maxDepth = 100;
/** As bytes of UTF-8. */
const signs = { quote: 0x22, escape: 0x5c, list: 0x5b, listEnd: 0x5d, object: 0x7b, objectEnd: 0x7d };

/** For an app whose definition says nothing of webhooks: what we ask of whoever sends them. */
const ours: Pick<WebhooksDefinition, 'signature' | 'id'> = {
  signature: { kind: 'none' },
  id: { pointer: '/id' },
};

const hashed = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex');

/** What stands at a place, as text; undefined for what is missing, empty, or neither text nor number. */
function textAt(place: WebhookPlace | undefined, headers: DeliveryHeaders, item: JsonValue) {
  if (place === undefined) return undefined;
  const value = 'header' in place ? headerOf(headers, place.header) : valueAt(item, place.pointer);
  const text = typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' && text !== '' ? text : undefined;
}

/** ISO 8601, or seconds since 1970; so great a number can only be milliseconds. */
function timeOf(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  const at = new Date(Number.isNaN(number) ? text : number >= 1e11 ? number : number * 1000);
  return Number.isNaN(at.getTime()) ? undefined : at;
}

/** Where the id of an event is; a Standard Webhooks delivery has one of its own. */
function idPlace({ id, signature }: Pick<WebhooksDefinition, 'id' | 'signature'>): WebhookPlace | undefined {
  return id ?? (signature.kind === 'standard' ? { header: 'webhook-id' } : undefined);
}

/** Whether lists and objects stand in each other deeper than that. Counts only, so that no depth is too much for it. */
function isDeeper(json: Buffer, most: number): boolean {
  let depth = 0;
  let inText = false;
  for (let at = 0; at < json.length; at++) {
    const sign = json[at];
    if (inText) {
      if (sign === signs.escape) at += 1;
      else if (sign === signs.quote) inText = false;
    } else if (sign === signs.quote) inText = true;
    else if (sign === signs.list || sign === signs.object) {
      depth += 1;
      if (depth > most) return true;
    } else if (sign === signs.listEnd || sign === signs.objectEnd) depth -= 1;
  }
  return false;
}

/** @throws TributaryError INVALID_INPUT when the body is not JSON, or has no list where the definition says one is. */
function itemsOf(pointer: string | undefined, rawBody: Buffer): readonly JsonValue[] {
  let body: JsonValue;
  const unfit = (message: string) =>
    new TributaryError('INVALID_INPUT', `body: ${message}`, { faults: [{ path: 'body', message }] });
  try {
    body = JSON.parse(rawBody.toString('utf8')) as JsonValue;
  } catch {
    throw unfit(rawBody.length === 0 ? 'is empty' : 'is not valid JSON');
  }
  if (isDeeper(rawBody, maxDepth)) throw unfit(`is nested more than ${maxDepth} deep`);
  if (pointer === undefined) return [body];
  const items = valueAt(body, pointer);
  if (Array.isArray(items)) return items as readonly JsonValue[];
  const path = `body${pointer.replaceAll('/', '.')}`;
  const message = 'must be a list of events';
  throw new TributaryError('INVALID_INPUT', `${path}: ${message}`, { faults: [{ path, message }] });
}

/**
 * Reads the events of a delivery whose signature was checked.
 * @throws TributaryError INVALID_INPUT when the body has not the form that the definition says.
 */
export function readEvents(
  definition: Pick<ConnectorDefinition, 'webhooks' | 'resources'>,
  headers: DeliveryHeaders,
  rawBody: Buffer,
): WebhookEvent[] {
  const places: Partial<WebhooksDefinition> = definition.webhooks ?? ours;
  const place = idPlace(definition.webhooks ?? ours);
  const items = itemsOf(places.items, rawBody);
  // Thousands of events are of a few types.
  const meanings = new Map<string, EventMeaning>();
  const meaning = (type: string): EventMeaning => {
    const found = meanings.get(type) ?? meaningOf(definition, type);
    meanings.set(type, found);
    return found;
  };
  return items.map((item, index): WebhookEvent => {
    const given = textAt(place, headers, item);
    // A header speaks for the whole delivery.
    const several = place !== undefined && 'header' in place && places.items !== undefined;
    const own = given !== undefined && several ? `${given}#${index}` : given;
    const content = () => (places.items === undefined ? rawBody : JSON.stringify(item));
    const id = own === undefined ? hashed(content()) : own.length > nameChars ? hashed(own) : own;
    const type = (textAt(places.type ?? { pointer: '/type' }, headers, item) ?? '').slice(0, nameChars);
    const { means, resource } = meaning(type);
    const occurredAt = timeOf(textAt(places.occurredAt, headers, item));
    const account = textAt(places.account, headers, item);
    return {
      id,
      type,
      meaning: means,
      body: item,
      ...(resource === undefined ? {} : { resource }),
      ...(occurredAt === undefined ? {} : { occurredAt }),
      ...(account === undefined ? {} : { account: account.slice(0, nameChars) }),
    };
  });
}
