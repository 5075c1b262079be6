import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger } from 'pino';

const secretFields = [
  ...['authorization', 'Authorization', 'cookie', 'set-cookie'],
  ...['token', 'accessToken', 'access_token', 'refreshToken', 'refresh_token'],
  ...['secret', 'clientSecret', 'client_secret', 'webhookSecret', 'password', 'key', 'apiKey', 'api_key'],
  ...['code', 'codeVerifier', 'code_verifier', 'credentials', 'payload'],
];

/** What a logger is made of. */
export interface LogOptions {
  /** The process: `worker`, `api`, ... */
  readonly name: string;
  /** A level of pino, `info` if left out. */
  readonly level?: string;
  /** Where the lines go; stdout if left out. */
  readonly destination?: DestinationStream;
}

/**
 * Makes a logger that writes JSON lines and never a secret: fields named like one are censored up to two objects deep.
 * @example createLog({ name: 'worker' }).info({ workflowId }, 'session opened')
 */
export function createLog({ name, level = 'info', destination }: LogOptions): Logger {
  const options = {
    name,
    level,
    redact: {
      paths: secretFields.flatMap((field) => [`["${field}"]`, `*["${field}"]`, `*.*["${field}"]`]),
      censor: '[redacted]',
    },
  };
  return destination ? pino(options, destination) : pino(options);
}
