import type { Payload, PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';
import { decryptBytes, encryptBytes, keyById } from './crypto.ts';
import type { NamedKey } from './settings.ts';

const { Payload: PayloadMessage } = proto.temporal.api.common.v1;
const encoding = 'binary/encrypted';
const bytes = (text: string): Uint8Array => Buffer.from(text);
const text = (value: Uint8Array | null | undefined): string => Buffer.from(value ?? []).toString();

/**
 * The codec of Temporal payloads: the whole payload is sealed by AES-256-GCM with the first key, and says by which.
 * Plain payloads always decode, so it can be switched on at any time.
 * @returns nothing to put into `dataConverter.payloadCodecs` if there is no key: the codec is off.
 */
export function createPayloadCodecs(keys: readonly NamedKey[]): PayloadCodec[] {
  const [current] = keys;
  if (!current) return [];

  const encode = (payload: Payload): Payload => ({
    metadata: { encoding: bytes(encoding), 'encryption-key-id': bytes(current.id) },
    data: encryptBytes(current.key, PayloadMessage.encode(payload).finish()),
  });
  const decode = (payload: Payload): Payload => {
    if (text(payload.metadata?.encoding) !== encoding) return payload;
    const key = keyById(keys, text(payload.metadata?.['encryption-key-id']), 'TRIBUTARY_CODEC_KEYS');
    return PayloadMessage.decode(decryptBytes(key, payload.data ?? new Uint8Array()));
  };
  return [
    {
      encode: async (payloads) => payloads.map(encode),
      decode: async (payloads) => payloads.map(decode),
    },
  ];
}
