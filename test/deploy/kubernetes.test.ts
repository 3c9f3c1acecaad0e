// The example for Kubernetes: what it promises of calls, of rights and of secrets.

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseConfig } from '../../src/config/load.ts';
import { clone, text, yaml } from './files.ts';

const FOLDER = 'deploy/kubernetes';
const file = (name: string) => yaml(`${FOLDER}/${name}`, '1.1');
const config = parseConfig(
  await text(`${FOLDER}/tonegate.yaml`),
  join(clone, FOLDER, 'tonegate.yaml'),
);
const { spec } = await file('deployment.yaml');
const pod = spec.template.spec;
const [worker] = pod.containers;

test('kustomize is told of every file', async () => {
  const { resources, configMapGenerator } = await file('kustomization.yaml');
  const told = ['kustomization.yaml', ...resources, ...configMapGenerator[0].files];
  expect((await readdir(join(clone, FOLDER))).sort()).toEqual(told.sort());
});

test('a rolling update drops no call: a new worker is there first, and an old one has time for its longest', () => {
  expect(spec.strategy).toEqual({
    type: 'RollingUpdate',
    rollingUpdate: { maxSurge: 1, maxUnavailable: 0 },
  });
  expect(pod.terminationGracePeriodSeconds).toBe(config.maxCallSeconds + 60);
  expect(worker.args).toEqual(['worker']);
});

test('one worker at a time may be taken from its node', async () => {
  const { kind, spec: budget } = await file('disruption-budget.yaml');
  const { labels } = await file('kustomization.yaml');
  expect([kind, budget]).toEqual([
    'PodDisruptionBudget',
    { maxUnavailable: 1, selector: { matchLabels: labels[0].pairs } },
  ]);
  expect(spec.replicas).toBeGreaterThan(1);
});

test('who is only without LiveKit or store is not killed, but is not ready', () => {
  const paths = ['startupProbe', 'livenessProbe', 'readinessProbe'].map(
    (probe) => worker[probe].httpGet.path,
  );
  expect(paths).toEqual(['/healthz', '/healthz', '/readyz']);
  expect(worker.ports).toEqual([{ name: 'http', containerPort: config.http.port }]);
  // A probe comes from the node, not from the pod.
  expect(config.http.host).toBe('0.0.0.0');
});

test('it runs without root, without rights, on a read-only file system', () => {
  expect(pod).toMatchObject({
    automountServiceAccountToken: false,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 1000,
      seccompProfile: { type: 'RuntimeDefault' },
    },
  });
  expect(worker.securityContext).toEqual({
    readOnlyRootFilesystem: true,
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
  });
  for (const { readOnly } of worker.volumeMounts) expect(readOnly).toBe(true);
});

test('secrets are files of a Secret that this group may read; none is in the environment', () => {
  const named: { name: string; value?: string }[] = worker.env;
  const secretive = named.filter(({ name }) => name !== 'LIVEKIT_URL');
  for (const { name, value } of secretive) {
    expect(name).toMatch(/_FILE$/);
    expect(value).toMatch(/^\/run\/secrets\/tonegate\//);
  }
  const [, secrets] = pod.volumes;
  expect(secrets).toEqual({
    name: 'secrets',
    secret: { secretName: 'tonegate', defaultMode: 0o440 },
  });
  expect(secretive.map(({ name }) => name.replace(/_FILE$/, ''))).toEqual([
    'LIVEKIT_API_KEY',
    'LIVEKIT_API_SECRET',
    'TONEGATE_STORE',
    'TONEGATE_PEPPER',
    'TONEGATE_SIGNING_KEY',
    'TONEGATE_BACKEND_TOKEN',
  ]);
});

test('a worker has the memory that its calls take, as measured', () => {
  const { requests, limits } = worker.resources;
  // 120 MB for the process and 10 for each call.
  expect(120 + 10 * config.capacity).toBeLessThan(1024);
  expect([requests.memory, limits.memory]).toEqual(['1Gi', '2Gi']);
  expect(limits.cpu).toBeUndefined();
});
