import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { TributaryError } from '../../../domain/errors.ts';
import { escaped } from '../../alerts/blocks.ts';
import { type Click, clickOf, handleClick } from '../../alerts/interactions.ts';
import { slackSignatureFault } from '../../alerts/slack-signature.ts';
import type { Route, RouteDeps } from '../deps.ts';
import { withRawBody } from '../webhooks/bytes.ts';

/** Slack wants an answer within 3 s; what takes longer is said afterwards. */
const answerWithinMs = 2_000;
const clickBytes = 256 * 1024;

/** Clicks on the buttons of alerts. */
export const receiveSlackInteraction: Route = (api, deps) => {
  const schema = {
    summary: 'Receive a click in Slack',
    description:
      "The interactivity address of the Slack app: buttons of alerts. Signed by Slack's signing secret (TRIBUTARY_SLACK_SIGNING_SECRET), no older than 5 minutes.",
    tags: ['Alerts'],
    response: { 200: z.literal('') },
  };
  withRawBody(api, (raw) => {
    const options = {
      ...{ schema, config: { open: true }, bodyLimit: clickBytes },
      serializerCompiler: () => String,
    };
    raw.post('/api/slack/interactions', options, async ({ headers, body: given }, reply) => {
      const body = Buffer.isBuffer(given) ? given : Buffer.alloc(0);
      const timestamp = String(headers['x-slack-request-timestamp'] ?? '');
      const signature = String(headers['x-slack-signature'] ?? '');
      const secret = deps.alerts.slackSigningSecret;
      const because =
        secret === null
          ? 'TRIBUTARY_SLACK_SIGNING_SECRET is not set'
          : slackSignatureFault({ timestamp, signature, body }, secret, deps.now());
      if (because !== null) {
        deps.log.warn({ because }, 'a click in Slack was refused');
        throw new TributaryError('WEBHOOK_REFUSED', `The request was refused: ${because}.`);
      }
      const click = clickOf(body);
      if (click !== null)
        await Promise.race([handled(deps, click), sleep(answerWithinMs, undefined, { ref: false })]);
      return reply.type('text/plain').send('');
    });
  });
};

async function handled(deps: RouteDeps, click: Click): Promise<void> {
  const { alerts, log } = deps;
  const ports = { stores: deps.stores, now: deps.now, onRetry: alerts.onRetry };
  const words = await handleClick(ports, click).catch((error: unknown) => {
    log.warn({ err: error }, 'a click in Slack came to nothing');
    return 'That did not work just now. Try it again.';
  });
  alerts.kick();
  if (words === null || click.response_url === undefined) return;
  try {
    const response = await deps.egress.fetch(click.response_url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        ...{ response_type: 'ephemeral', replace_original: false },
        text: words.startsWith('<@') ? words : escaped(words, 3_000),
      }),
      signal: AbortSignal.timeout(10_000),
    });
    await response.body?.cancel();
  } catch (error) {
    log.warn({ err: error }, 'could not answer who clicked in Slack');
  }
}
