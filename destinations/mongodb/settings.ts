import { MongoClient } from 'mongodb';
import { z } from 'zod';

/** Everything else in a connection string could read files, ask other hosts, or leave writes unconfirmed. */
const allowedOptions = new Set(
  [
    'appName',
    'authMechanism',
    'authSource',
    'connectTimeoutMS',
    'directConnection',
    'loadBalanced',
    'replicaSet',
    'retryReads',
    'retryWrites',
    'serverSelectionTimeoutMS',
    'socketTimeoutMS',
    'srvServiceName',
    'ssl',
    'tls',
    'tlsAllowInvalidCertificates',
    'tlsAllowInvalidHostnames',
    'tlsInsecure',
  ].map((name) => name.toLowerCase()),
);
/** Those that take user and password; others would use what the machine itself may do. */
const mechanisms = new Set(['DEFAULT', 'PLAIN', 'SCRAM-SHA-1', 'SCRAM-SHA-256']);

const form = /^mongodb(?:\+srv)?:\/\/(?:[^@/]+@)?([^@/?]+)(?:\/([^?]*))?(?:\?(.*))?$/;

/** Hosts of a connection string, without ports and brackets. */
export const hostsOf = (uri: string): string[] =>
  (form.exec(uri)?.[1] ?? '').split(',').map((host) => host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1'));

/** What is wrong with a connection string; no value of it is told, since it has the password. */
function faultsOf(uri: string): string[] {
  const [matched, hosts = '', , query = ''] = form.exec(uri) ?? [];
  if (matched === undefined) return ['is not of the form mongodb://user:password@host:port/?options'];
  const faults = takenByDriver(uri) ? [] : ['has options or hosts that do not go together'];
  if (/%2f|\/|\.sock/i.test(hosts)) faults.push('names a socket file, which is not connected to');
  for (const [name, value] of new URLSearchParams(query)) {
    if (!allowedOptions.has(name.toLowerCase())) faults.push(`has the option ${name}, which is not taken`);
    if (name.toLowerCase() === 'authmechanism' && !mechanisms.has(value))
      faults.push(`has an authMechanism other than ${[...mechanisms].join(', ')}`);
  }
  return faults;
}

function takenByDriver(uri: string): boolean {
  try {
    // Connects to nothing yet.
    return new MongoClient(uri) instanceof MongoClient;
  } catch {
    return false;
  }
}

const named = /^[^\s/\\."$*<>:|?\0]{1,63}$/;

export const mongodbConfiguration = z.strictObject({
  database: z
    .string()
    .regex(named, 'is a name of 1 to 63 characters without spaces and /\\."$*<>:|?')
    .describe('The database that the collections are in.'),
});

export const mongodbSecret = z.strictObject({
  uri: z
    .string()
    .superRefine((uri, context) => {
      for (const message of faultsOf(uri)) context.addIssue({ code: 'custom', message });
    })
    .describe('Connection string: mongodb://user:password@host:port/?options, or mongodb+srv://...'),
});

export type MongodbConfiguration = z.output<typeof mongodbConfiguration>;
export type MongodbSecret = z.output<typeof mongodbSecret>;
