import { z } from 'zod';

const address = z.url({ protocol: /^https?$/, error: 'must be an http or https address' }).optional();

/** Settings of alerts, as they stand in the environment. */
export const alertSettings = {
  TRIBUTARY_SLACK_TOKEN: z
    .string()
    .regex(/^xox[a-z]-[\w-]+$/, 'must be the bot token of the Slack app (xoxb-...)')
    .optional(),
  TRIBUTARY_SLACK_CHANNEL: z
    .string()
    .regex(/^(#[^\s,#]{1,80}|[CG][A-Z0-9]{6,})$/, 'must be a name with # or the id of a channel')
    .default('#airtable'),
  TRIBUTARY_SLACK_SIGNING_SECRET: z.string().min(16, 'must have 16 characters or more').optional(),
  TRIBUTARY_SLACK_API_URL: address,
  TRIBUTARY_ALERT_WEBHOOK: address,
  TRIBUTARY_ALERT_WEBHOOK_SECRET: z
    .string()
    .regex(
      /^(whsec_)?([A-Za-z0-9+/]{4}){4,}([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
      'must be base64 of 12 bytes or more, as Standard Webhooks write it (whsec_...)',
    )
    .optional(),
  TRIBUTARY_TEMPORAL_UI: address,
  TRIBUTARY_ALERT_HOLD_DOWN_SECS: z.coerce
    .number('must be a number of seconds')
    .int('must be whole seconds')
    .min(0, 'must be 0 or more')
    .default(300),
};

/** Where alerts are told. Without Slack and webhook, in the log of the API. */
export interface AlertSettings {
  readonly slack: {
    readonly token: string;
    readonly channel: string;
    readonly apiUrl?: string | undefined;
  } | null;
  /** Without it, buttons in Slack do nothing. */
  readonly slackSigningSecret: string | null;
  readonly webhook: { readonly url: string; readonly secret: string } | null;
  /** Address of the Temporal Web UI, for links. */
  readonly engineUi: string | null;
  /** How long what seems to be over has to stay so before it is said. */
  readonly holdDownMs: number;
}

type Parsed = z.infer<z.ZodObject<typeof alertSettings>>;

/** A webhook without its secret, or the other way round; null: both or none. */
export const alertFault = (
  s: Partial<Parsed>,
): { readonly setting: string; readonly fault: string } | null => {
  const [url, secret] = [s.TRIBUTARY_ALERT_WEBHOOK, s.TRIBUTARY_ALERT_WEBHOOK_SECRET];
  if ((url === undefined) === (secret === undefined)) return null;
  return url === undefined
    ? { setting: 'TRIBUTARY_ALERT_WEBHOOK', fault: 'is needed with TRIBUTARY_ALERT_WEBHOOK_SECRET' }
    : { setting: 'TRIBUTARY_ALERT_WEBHOOK_SECRET', fault: 'is needed with TRIBUTARY_ALERT_WEBHOOK, to sign' };
};

/** The settings of alerts, parsed. */
export function alertsOf(s: Parsed): AlertSettings {
  const token = s.TRIBUTARY_SLACK_TOKEN;
  const [url, secret] = [s.TRIBUTARY_ALERT_WEBHOOK, s.TRIBUTARY_ALERT_WEBHOOK_SECRET];
  return {
    slack:
      token === undefined
        ? null
        : { token, channel: s.TRIBUTARY_SLACK_CHANNEL, apiUrl: s.TRIBUTARY_SLACK_API_URL },
    slackSigningSecret: s.TRIBUTARY_SLACK_SIGNING_SECRET ?? null,
    webhook: url === undefined || secret === undefined ? null : { url, secret },
    engineUi: s.TRIBUTARY_TEMPORAL_UI ?? null,
    holdDownMs: s.TRIBUTARY_ALERT_HOLD_DOWN_SECS * 1_000,
  };
}
