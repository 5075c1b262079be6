import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { errors, TributaryError } from '../../domain/errors.ts';
import type { Api, RouteDeps } from './deps.ts';
import { faultsOf } from './faults.ts';
import type { Problem } from './schemas/common.ts';

/** One fault of a request; `path` reads like `body.company.id`. */
export interface Fault {
  readonly path: string;
  readonly message: string;
}

/** A request that has not the expected form. */
export function invalid(...faults: readonly Fault[]): TributaryError {
  const text = faults.map(({ path, message }) => `${path}: ${message}`).join('; ');
  return new TributaryError('INVALID_INPUT', text, { faults });
}

/** There is no such thing; the message names it, and where it was looked for: `of connection shop-acme`. */
export const notFound = (what: string, id: string, where?: string): TributaryError =>
  new TributaryError('NOT_FOUND', `There is no ${what} "${id}"${where === undefined ? '' : ` ${where}`}.`);

type Address = RouteDeps['address'];

function send(address: Address, reply: FastifyReply, error: TributaryError, status?: number) {
  const { retryAfterMs, ...details } = error.details;
  const { httpStatus, message, whatToDo } = errors[error.code];
  const standard = {
    type: address(`/api/docs#${error.code}`),
    title: message,
    status: status ?? httpStatus,
    detail: error.message,
    code: error.code,
    whatToDo,
  };
  // First in the text, and not to be overwritten.
  const problem: Problem = { ...standard, ...details, ...standard };
  if (retryAfterMs !== undefined) void reply.header('retry-after', Math.ceil(retryAfterMs / 1000));
  if (problem.status === 401) void reply.header('www-authenticate', 'Bearer');
  return reply.code(problem.status).type('application/problem+json').send(JSON.stringify(problem));
}

/** Answers what the router refuses before any route is known, such as `%ZZ` in an address. */
export const answerBadAddress =
  (address: Address) =>
  (error: FastifyError, _request: unknown, reply: FastifyReply): void => {
    const message = error.statusCode === 414 ? 'is too long' : 'is not a valid address';
    void send(address, reply, invalid({ path: 'url', message }), error.statusCode);
  };

/** Makes every failure a problem answer (RFC 9457), unknown routes included. */
export function answerProblems(api: Api, { address, log }: RouteDeps): void {
  api.setErrorHandler((error: FastifyError, request, reply) => {
    const known = asTributaryError(error, request);
    const status = errors[known.code].httpStatus;
    if (status >= 500) log.error({ route: request.routeOptions.url, err: error }, 'request failed');
    return send(address, reply, known, isRefusalOfFastify(error) ? error.statusCode : undefined);
  });
  api.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0] ?? '';
    return send(address, reply, new TributaryError('NOT_FOUND', `There is no ${request.method} ${path}.`));
  });
}

/** What the framework refuses of a body, in our words. */
const bodyFaults: Readonly<Record<string, string>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: 'is not valid JSON',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'must be JSON, with the header Content-Type: application/json',
};

function bodyFault({ code, message }: FastifyError, { routeOptions }: FastifyRequest): string {
  if (code !== 'FST_ERR_CTP_BODY_TOO_LARGE') return bodyFaults[code] ?? message;
  return `is larger than ${Math.round((routeOptions.bodyLimit ?? 0) / 1024 / 1024)} MB`;
}

/** The framework's own no, but for schemas: a body that is not JSON, too large, of another media type. */
const isRefusalOfFastify = ({ code, statusCode = 500 }: FastifyError): boolean =>
  code?.startsWith('FST_') && code !== 'FST_ERR_VALIDATION' && statusCode >= 400 && statusCode < 500;

function asTributaryError(error: FastifyError, request: FastifyRequest): TributaryError {
  if (error instanceof TributaryError) return error;
  if (hasZodFastifySchemaValidationErrors(error)) {
    const context = error.validationContext ?? 'request';
    const faults = faultsOf(context, error.validation);
    // An id that cannot be one names nothing: to the caller that is the same as an unknown one.
    const first = context === 'params' ? faults[0]?.path.split('.')[1] : undefined;
    if (first === undefined) return invalid(...faults);
    const id = String((request.params as Record<string, unknown>)[first]);
    return new TributaryError('NOT_FOUND', `There is nothing with the id "${id}".`, { faults });
  }
  if (isRefusalOfFastify(error) || error instanceof SyntaxError)
    return invalid({ path: 'body', message: bodyFault(error as FastifyError, request) });
  return new TributaryError('UNKNOWN_ERROR', undefined, {}, { cause: error });
}
