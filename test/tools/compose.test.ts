import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';

const root = new URL('../../', import.meta.url);
const text = readFileSync(new URL('docker-compose.yml', root), 'utf8');

interface Service {
  readonly image?: string;
  readonly build?: string;
  readonly restart?: string;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly environment?: Readonly<Record<string, unknown>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
}
const compose: { services: Record<string, Service>; volumes: Record<string, unknown> } = parse(text, {
  merge: true,
});
const services = Object.entries(compose.services);
const isOneShot = ({ restart }: Service): boolean => restart?.startsWith('on-failure') ?? false;

test('the expected services are there, each with an image or a build', () => {
  const names = [
    'api',
    'mongodb',
    'postgresql',
    'setup',
    'temporal',
    'temporal-schema',
    'temporal-ui',
    'watchdog',
    'worker',
  ];
  assert.deepEqual(Object.keys(compose.services).sort(), names);
  for (const [name, { image, build }] of services) assert.ok(image ?? build, name);
  for (const [name, { image }] of services) assert.doesNotMatch(image ?? '', /:latest$|auto-setup/, name);
});

test('every service has a healthcheck or is a one-shot', () => {
  for (const [name, service] of services) {
    assert.ok(isOneShot(service) || (service.healthcheck?.test.length ?? 0) > 1, name);
  }
});

test('services wait for services that exist, by a condition these can fulfil', () => {
  for (const [name, { depends_on = {} }] of services) {
    for (const [other, { condition }] of Object.entries(depends_on)) {
      const target = compose.services[other];
      assert.ok(target, `${name} waits for ${other}`);
      assert.equal(
        condition,
        isOneShot(target) ? 'service_completed_successfully' : 'service_healthy',
        `${name}: ${other}`,
      );
    }
  }
});

test('no secret has a value of its own: each comes from .env', () => {
  for (const [name, { environment = {} }] of services) {
    for (const [key, value] of Object.entries(environment)) {
      if (!/PASSWORD|PWD|TOKEN|SECRET|URI/.test(key)) continue;
      assert.match(String(value), /\$\{[A-Z_]+:(\?[^}]+|-)\}/, `${name}: ${key}`);
    }
  }
});

test('ports are published on this machine only, and what is mounted exists', () => {
  for (const [name, { ports = [], volumes = [] }] of services) {
    for (const port of ports) assert.match(port, /^127\.0\.0\.1:/, name);
    for (const volume of volumes) {
      const [source = ''] = volume.split(':');
      assert.ok(
        source.startsWith('.') ? existsSync(new URL(source, root)) : source in compose.volumes,
        volume,
      );
    }
  }
});

test('the image does not run as root', () => {
  const lines = readFileSync(new URL('Dockerfile', root), 'utf8').split('\n');
  assert.ok(lines.indexOf('USER node') > lines.findLastIndex((line) => line.startsWith('FROM ')));
});
