import { describe, expect, it, vi } from 'vitest';

import { isOldNews, isOver, JobsModel } from './jobs';
import { aJob, Server } from './testing/server';
import type { Job } from './tokens';

/** A model whose clock the test moves, and which does not look by itself before the test is over. */
function watched(server: Server): { model: JobsModel; ended: Job[]; clock: { now: number } } {
  const clock = { now: 0 };
  const model = new JobsModel(server.request, () => clock.now, 60_000);
  const ended: Job[] = [];
  model.ended.connect((_, job) => ended.push(job));
  return { model, ended, clock };
}

describe('jobs', () => {
  it.each([
    [{ kind: 'create', state: 'running' }, true],
    [{ kind: 'remove', state: 'done' }, true],
    [{ kind: 'create', state: 'failed' }, false],
    [{ kind: 'verify', state: 'done' }, false],
    [{ kind: 'create', state: 'done', environment: 'other' }, false]
  ] as const)('are old news after %j: %j', (change, expected) => {
    const made = aJob({ state: 'done' });
    expect(isOldNews(made, [aJob({ id: 'j2', ...change }), made])).toBe(expected);
  });

  it('lists the newest first', async () => {
    const server = new Server();
    const old = aJob({ id: 'old', state: 'done' });
    const young = aJob({ id: 'young', state: 'failed', created: '2026-01-02T00:00:00Z' });
    server.answer('GET jobs', { jobs: [old, young] });
    const { model, ended } = watched(server);
    await model.refresh();
    expect(model.items.map(job => job.id)).toEqual(['young', 'old']);
    expect(ended).toEqual([]);
    expect(model.isNews(young)).toBe(false);
  });

  it('reads a job again when told to, and says once that it has ended', async () => {
    const server = new Server();
    const { model, ended } = watched(server);
    model.follow(aJob());
    server.answer('GET jobs/j1', aJob({ state: 'done' }));
    const end = model.whenEnded('j1');
    await model.hint('j1');
    await model.hint('j1');
    expect((await end).state).toBe('done');
    expect(ended.map(job => job.id)).toEqual(['j1']);
    expect(model.isNews(aJob())).toBe(true);
  });

  it('does not list again what was dismissed while it was read', async () => {
    const server = new Server();
    const { model, ended } = watched(server);
    model.follow(aJob());
    server.answers.set('GET jobs/j1', () => {
      model.gone('j1');
      return { body: aJob({ state: 'done' }) };
    });
    await model.hint('j1');
    expect(model.items).toEqual([]);
    expect(ended).toEqual([]);

    model.follow(aJob({ id: 'j2' }));
    server.answers.set('GET jobs', () => {
      model.gone('j2');
      return { body: { jobs: [aJob({ id: 'j2', state: 'done' })] } };
    });
    await model.refresh();
    expect(model.items).toEqual([]);
    expect(ended).toEqual([]);
  });

  it('does not go back from an end, whatever arrives late', () => {
    const { model } = watched(new Server());
    model.follow(aJob({ state: 'cancelled' }));
    model.follow(aJob({ state: 'running' }));
    expect(model.items[0].state).toBe('cancelled');
    expect(isOver(model.items[0])).toBe(true);
  });

  it('asks once more, not ten times, when ten hints come at once', async () => {
    const server = new Server();
    const { model } = watched(server);
    model.follow(aJob());
    server.answer('GET jobs/j1', aJob());
    await Promise.all(Array.from({ length: 10 }, () => model.hint('j1')));
    expect(server.count('GET jobs/j1')).toBe(2);
  });

  it('looks at a running job that nothing is heard of, and at nothing else', async () => {
    const server = new Server();
    const model = new JobsModel(server.request, Date.now, 1);
    model.follow(aJob());
    server.answer('GET jobs/j1', aJob({ state: 'done' }));
    await model.whenEnded('j1');
    const asked = server.asked.length;
    await new Promise(resolve => setTimeout(resolve, 20));
    expect(server.asked.length).toBe(asked);
    model.dispose();
  });

  it('keeps looking while the server does not answer', async () => {
    const server = new Server();
    const model = new JobsModel(server.request, Date.now, 1);
    server.answer('GET jobs/j1', {}, 503);
    model.follow(aJob());
    await vi.waitFor(() => expect(server.count('GET jobs/j1')).toBeGreaterThan(2));
    expect(model.items[0].state).toBe('running');
    server.answer('GET jobs/j1', aJob({ state: 'done' }));
    expect((await model.whenEnded('j1')).state).toBe('done');
    model.dispose();
  });

  it('tells whoever waits that a plan has vanished', async () => {
    const server = new Server();
    const { model } = watched(server);
    model.follow(aJob({ kind: 'plan' }));
    server.answer('GET jobs/j1', { message: 'Gone.', code: 'not-found' }, 404);
    const end = model.whenEnded('j1');
    await model.hint('j1');
    await expect(end).rejects.toMatchObject({ code: 'job-gone' });
    expect(model.items).toEqual([]);
  });

  it('shows a job that vanished as one that failed, until it is dismissed', async () => {
    const server = new Server();
    const { model } = watched(server);
    model.follow(aJob());
    server.answer('GET jobs', { jobs: [] });
    const end = model.whenEnded('j1');
    await model.refresh();
    expect(await end).toMatchObject({ state: 'failed', error: { code: 'job-gone' } });
    await model.refresh();
    expect(model.items).toHaveLength(1);
    await model.drop('j1');
    expect(model.items).toEqual([]);
    expect(server.count('DELETE jobs/j1')).toBe(0);
  });

  it('cancels what runs, which stays listed, and dismisses what has ended', async () => {
    const server = new Server();
    const { model } = watched(server);
    server.answer('DELETE jobs/j1', undefined, 204);
    server.answer('GET jobs/j1', aJob({ state: 'cancelled' }));
    model.follow(aJob());
    await model.drop('j1');
    expect(model.items.map(job => job.state)).toEqual(['cancelled']);
    await model.drop('j1');
    expect(model.items).toEqual([]);
  });

  it('tells the speed of a download from what this page has seen of it', () => {
    const { model, clock } = watched(new Server());
    const progress = {
      phase: 'fetching' as const,
      packages_done: 0,
      packages_total: 2,
      bytes_done: 1000,
      bytes_total: 9000,
      package: null
    };
    model.follow(aJob({ progress }));
    expect(model.rate('j1')).toBeNull();
    clock.now = 2000;
    model.follow(aJob({ progress: { ...progress, bytes_done: 5000 } }));
    expect(model.rate('j1')).toBe(2000);
  });
});
