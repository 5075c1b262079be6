/** A message as Slack lists it. */
export interface SlackMessageDoc {
  readonly ts: string;
  readonly threadTs: string | null;
  text: string;
  blocks: readonly Readonly<Record<string, unknown>>[];
  readonly metadata: { readonly event_type: string; readonly event_payload: unknown } | null;
}

export interface SlackChannelDoc {
  readonly id: string;
  readonly name: string;
  readonly messages: SlackMessageDoc[];
  /** When the last message was taken, in milliseconds. */
  lastAt: number;
  isMember: boolean;
  isArchived: boolean;
}

/** An answer: `ok: false` with Slack's word for the error, or a status of HTTP. */
export interface SlackAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
}

export const failed = (error: string): SlackAnswer => ({ body: { ok: false, error } });

/** https://docs.slack.dev/reference/block-kit: what is over the limits is refused. */
export function blocksFault(blocks: readonly Readonly<Record<string, unknown>>[]): string | null {
  if (blocks.length > 50) return 'invalid_blocks';
  let total = 0;
  for (const block of blocks) {
    const { type, text, elements } = block as {
      readonly type: string;
      readonly text?: { readonly text?: string };
      readonly elements?: readonly { readonly value?: string; readonly text?: unknown }[];
    };
    const limit = type === 'header' ? 150 : 3_000;
    const words = text?.text;
    if ((type === 'header' || type === 'section') && (!words || words.length > limit))
      return 'invalid_blocks';
    total += words?.length ?? 0;
    for (const one of elements ?? []) if ((one.value?.length ?? 0) > 2_000) return 'invalid_blocks';
  }
  return total > 13_200 ? 'msg_blocks_too_long' : null;
}
