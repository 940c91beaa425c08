import type { EnvironmentDetail, Package } from '../tokens';
import { anEnvironment } from './server';

export function aPackage(change: Partial<Package> = {}): Package {
  return {
    name: 'python',
    version: '3.11.7',
    manager: 'conda',
    build: '0',
    subdir: 'linux-64',
    url: 'https://example.org/conda/linux-64/python-3.11.7-0.conda',
    sha256: '0'.repeat(64),
    size: 1000,
    depends: [],
    ...change
  };
}

export function aDetail(change: Partial<EnvironmentDetail> = {}): EnvironmentDetail {
  return {
    ...anEnvironment(),
    history: [
      {
        id: '1',
        created: '2026-01-01T00:00:00Z',
        reason: 'created',
        digest: 'd1',
        packages: 1,
        current: true
      }
    ],
    package_list: [aPackage()],
    spec: { name: null, channels: [], conda: ['python'], pip: [], variables: {} },
    requested: ['python'],
    ...change
  };
}
