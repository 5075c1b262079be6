import { createHmac, timingSafeEqual } from 'node:crypto';

/** How far the time of a request may be from now, in seconds. */
const toleranceSecs = 300;

/**
 * Whether Slack signed a request: `v0=` and the HMAC-SHA256 of `v0:<timestamp>:<body>` by the signing secret.
 * @returns why it is refused; null: it is Slack's
 */
export function slackSignatureFault(
  {
    timestamp,
    signature,
    body,
  }: { readonly timestamp: string; readonly signature: string; readonly body: Buffer },
  secret: string,
  now: Date,
): string | null {
  if (!/^\d{1,12}$/.test(timestamp)) return 'X-Slack-Request-Timestamp is missing or no number';
  if (Math.abs(now.getTime() / 1_000 - Number(timestamp)) > toleranceSecs)
    return `the request is more than ${toleranceSecs} s old`;
  const expected = Buffer.from(
    `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body).digest('hex')}`,
  );
  const given = Buffer.from(signature);
  return given.length === expected.length && timingSafeEqual(given, expected)
    ? null
    : 'the signature does not fit';
}
