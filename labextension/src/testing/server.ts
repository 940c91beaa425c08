import { ServerConnection } from '@jupyterlab/services';

import type { IRequest } from '../request';
import { makeRequest } from '../request';
import type { Environment, Job, PinStatus, Plan } from '../tokens';

/** An answer: a status and a body, JSON unless it is text. */
export interface IAnswer {
  status?: number;
  body?: unknown;
  /** Of a body that is text. */
  type?: string;
}

interface IAsked {
  method: string;
  path: string;
  body: unknown;
}

/**
 * The server extension in memory, behind JupyterLab's own way of asking: `answers` maps `METHOD path` to what comes
 * back, and `asked` is what was asked so far.
 */
export class Server {
  readonly asked: IAsked[] = [];
  readonly answers = new Map<string, () => IAnswer>();
  readonly request: IRequest;

  constructor() {
    this.request = makeRequest(
      ServerConnection.makeSettings({
        baseUrl: 'http://localhost/base/',
        fetch: (input: RequestInfo | URL, init?: RequestInit) =>
          this.serve(new Request(input, init))
      })
    );
  }

  answer(what: string, body: unknown, status = 200): void {
    this.answers.set(what, () => ({ body, status }));
  }

  /** How often something was asked. */
  count(what: string): number {
    return this.asked.filter(({ method, path }) => `${method} ${path}` === what).length;
  }

  private async serve(request: Request): Promise<Response> {
    const path = request.url
      .replace('http://localhost/base/jupyter-envs/api/', '')
      // JupyterLab adds the time, against caches
      .replace(/[?&]\d+$/, '');
    const text = await request.text();
    const body: unknown = text ? JSON.parse(text) : undefined;
    this.asked.push({ method: request.method, path, body });
    const answer: IAnswer = this.answers.get(`${request.method} ${path}`)?.() ?? { status: 404 };
    const status = answer.status ?? 200;
    if (status === 204) {
      return new Response(null, { status });
    }
    return typeof answer.body === 'string'
      ? new Response(answer.body, {
          status,
          headers: { 'Content-Type': answer.type ?? 'text/plain' }
        })
      : new Response(JSON.stringify(answer.body ?? {}), {
          status,
          headers: { 'Content-Type': 'application/json' }
        });
  }
}

export function aJob(change: Partial<Job> = {}): Job {
  return {
    id: 'j1',
    kind: 'create',
    title: 'Create penguins',
    environment: 'penguins',
    state: 'running',
    progress: null,
    result: null,
    error: null,
    created: '2026-01-01T00:00:00Z',
    started: null,
    finished: null,
    ...change
  };
}

export function anEnvironment(change: Partial<Environment> = {}): Environment {
  return {
    name: 'penguins',
    prefix: '/envs/penguins/g/1',
    kernel: 'penguins',
    kernels: ['penguins'],
    language: 'Python',
    python: '3.11.7',
    packages: 34,
    size: { own: 11_000_000, shared: 240_000_000 },
    running_kernels: 0,
    older_kernels: 0,
    state: 'ready',
    generation: '1',
    generations: 1,
    created: '2026-01-01T00:00:00Z',
    reason: 'created',
    foreign: false,
    ...change
  };
}

export function aPlan(change: Partial<Plan> = {}): Plan {
  return {
    hash: 'h1',
    environment: 'penguins',
    added: [],
    removed: [],
    changed: [],
    rebuilt: [],
    additive: false,
    channels: ['conda-forge'],
    pip: [],
    variables: {},
    to_fetch: 0,
    download: 0,
    runs_code: [],
    notes: [],
    digest: 'd1',
    ...change
  };
}

export const PIN = {
  version: 1,
  environment: 'penguins',
  file: 'environment.yml',
  lock: 'environment.conda-lock.yml',
  digest: 'd1'
};

export function aStatus(
  state: PinStatus['verdict']['state'] = 'match',
  action: PinStatus['verdict']['action'] = 'none'
): PinStatus {
  return {
    path: 'work/analysis.ipynb',
    pin: state === 'unpinned' ? null : PIN,
    verdict: {
      state,
      reason: 'newer' as never,
      fields: {},
      sentence: 'A sentence.',
      action,
      differences: []
    },
    environment: state === 'unpinned' ? null : anEnvironment()
  };
}
