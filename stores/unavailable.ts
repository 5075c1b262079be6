import {
  MongoError,
  MongoNetworkError,
  MongoNotConnectedError,
  MongoServerSelectionError,
  MongoTopologyClosedError,
} from 'mongodb';
import { TributaryError } from '../domain/errors.ts';

const outages = [
  MongoNetworkError,
  MongoServerSelectionError,
  MongoNotConnectedError,
  MongoTopologyClosedError,
];

/** A driver's error that says the store cannot be reached, as STORE_UNAVAILABLE; every other as it is. */
export function unavailable(error: unknown): unknown {
  // A replica set that changes its primary says so with this label.
  const changing = error instanceof MongoError && error.hasErrorLabel('RetryableWriteError');
  if (!changing && !outages.some((kind) => error instanceof kind)) return error;
  return asUnavailable(error as Error);
}

/** STORE_UNAVAILABLE with the driver's words, which name host and port only. */
export const asUnavailable = (error: Error): TributaryError =>
  new TributaryError(
    'STORE_UNAVAILABLE',
    `The store (MongoDB) cannot be reached: ${error.message}`,
    {},
    { cause: error },
  );

type AnyFunction = (...args: never[]) => unknown;

/** The same repository, whose errors went through {@link unavailable}; what its functions return is wrapped alike. */
export function guarded<T extends object>(repository: T): T {
  const entries = Object.entries(repository).map(([name, value]) => [
    name,
    typeof value === 'function' ? guardedFunction(value as AnyFunction) : value,
  ]);
  return Object.fromEntries(entries) as T;
}

function guardedFunction(run: AnyFunction): AnyFunction {
  return (...args) => {
    const result = run(...args);
    if (result instanceof Promise)
      return result.catch((error: unknown) => {
        throw unavailable(error);
      });
    if (isIterable(result)) return guardedIterable(result);
    return typeof result === 'object' && result !== null ? guarded(result) : result;
  };
}

const isIterable = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value;

async function* guardedIterable<T>(items: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* items;
  } catch (error) {
    throw unavailable(error);
  }
}
