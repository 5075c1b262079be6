import type { ConnectorDefinition, WebhookSignature } from '../schema.ts';
import { type Inconsistency, inconsistent } from './inconsistency.ts';
import { placeholdersOf } from './placeholders.ts';

const signedWords = ['body', 'timestamp', 'method', 'uri'];

function* checkSignature(signature: WebhookSignature): Generator<Inconsistency> {
  if (signature.kind !== 'hmac') return;
  const at = ['webhooks', 'signature'];
  const { signed, parts, timestampHeader } = signature;
  for (const name of placeholdersOf(signed))
    if (!signedWords.includes(name))
      yield inconsistent(
        [...at, 'signed'],
        `${signedWords.map((word) => `{${word}}`).join(', ')}; {${name}} is not known`,
        '{timestamp}.{body}',
      );
  const stamped = signed.includes('{timestamp}');
  if (parts && timestampHeader !== undefined)
    yield inconsistent(
      [...at, 'timestampHeader'],
      'parts or timestampHeader, not both',
      { timestamp: 't', signature: 'v1' },
      'parts',
    );
  if (stamped && !parts && timestampHeader === undefined)
    yield inconsistent(
      [...at, 'signed'],
      'parts or timestampHeader beside it, for {timestamp}',
      'X-Timestamp',
      'timestampHeader',
    );
  if (!stamped && (parts || timestampHeader !== undefined))
    yield inconsistent(
      [...at, 'signed'],
      '{timestamp} in it: a time that is not signed proves nothing',
      '{timestamp}.{body}',
    );
}

/** Signatures, and events that name resources. */
export function* checkWebhooks(definition: ConnectorDefinition): Generator<Inconsistency> {
  const { webhooks, aggregator, resources } = definition;
  if (!webhooks) return;
  const ids = resources.map(({ id }) => id);
  yield* checkSignature(webhooks.signature);
  if (webhooks.expect === 'all' && !aggregator)
    yield inconsistent(['webhooks', 'expect'], '`aggregator: true` in the definition, or first', 'first');
  if (webhooks.events && !webhooks.type)
    yield inconsistent(
      ['webhooks', 'events'],
      'type beside it: where a delivery says its type',
      { pointer: '/type' },
      'type',
    );
  for (const [i, rule] of (webhooks.events ?? []).entries()) {
    if (rule.resource !== undefined && !ids.includes(rule.resource))
      yield inconsistent(['webhooks', 'events', i, 'resource'], `one of ${ids.join(', ')}`, ids[0]);
    const first = webhooks.events?.findIndex(({ type }) => type === rule.type || type === '*') ?? i;
    if (first < i)
      yield inconsistent(
        ['webhooks', 'events', i, 'type'],
        `a type that no rule above takes; "${webhooks.events?.[first]?.type}" takes it`,
        `${ids[0]}/*`,
      );
  }
  if (webhooks.data === 'body') {
    if (webhooks.rows === undefined)
      yield inconsistent(['webhooks', 'data'], 'rows beside it: where the rows are', '/data', 'rows');
    if (!webhooks.events && !webhooks.type)
      yield inconsistent(
        ['webhooks', 'data'],
        'type beside it: it names the resource of the rows',
        { pointer: '/type' },
        'type',
      );
    for (const [i, rule] of (webhooks.events ?? []).entries())
      if (rule.means === 'load' && rule.resource === undefined)
        yield inconsistent(
          ['webhooks', 'events', i],
          'resource: whose rows come with the hook',
          ids[0],
          'resource',
        );
  } else if (webhooks.rows !== undefined)
    yield inconsistent(['webhooks', 'rows'], '`data: body` beside it, or no rows', 'body', 'data');
}
