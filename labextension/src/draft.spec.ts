import { describe, expect, it, vi } from 'vitest';

import { Draft } from './draft';
import { JobsModel } from './jobs';
import { aJob, aPlan, Server } from './testing/server';

const REQUEST = { name: 'penguins', packages: ['python'] };
const PLANNING = aJob({ id: 'p1', kind: 'plan' });

/** A draft whose plan is in the making. */
function drafting(): { server: Server; jobs: JobsModel; draft: Draft; proposed: Promise<void> } {
  const server = new Server();
  server.answer('POST environments', PLANNING, 202);
  server.answer('DELETE jobs/p1', undefined, 204);
  const jobs = new JobsModel(server.request, Date.now, 60_000);
  const draft = new Draft(server.request, jobs);
  return { server, jobs, draft, proposed: draft.propose(REQUEST) };
}

async function planned(): Promise<ReturnType<typeof drafting>> {
  const all = drafting();
  await vi.waitFor(() => expect(all.draft.planning).not.toBeNull());
  all.jobs.follow({ ...PLANNING, state: 'done', result: aPlan() });
  await all.proposed;
  return all;
}

describe('a draft', () => {
  it('makes a plan by a job that nobody else has to show, and takes the job away', async () => {
    const { server, jobs, draft } = await planned();
    expect(server.asked[0].body).toEqual({ ...REQUEST, dry_run: true });
    expect(draft.plan?.hash).toBe('h1');
    expect(draft.planning).toBeNull();
    await vi.waitFor(() => expect(jobs.items).toEqual([]));
    expect(server.count('DELETE jobs/p1')).toBe(1);
  });

  it('installs what was shown, by the hash of the plan', async () => {
    const { server, jobs, draft } = await planned();
    server.answer('POST environments', aJob(), 202);
    const job = await draft.install();
    expect(job?.id).toBe('j1');
    expect(server.asked[server.asked.length - 1].body).toEqual({ ...REQUEST, plan: 'h1' });
    expect(draft.request).toBeNull();
    expect(jobs.items.map(item => item.id)).toContain('j1');
  });

  it('installs nothing without a plan', async () => {
    const { server, draft } = drafting();
    expect(await draft.install()).toBeNull();
    expect(server.count('POST environments')).toBeLessThanOrEqual(1);
  });

  it('shows why there is no plan, and keeps the job for its log', async () => {
    const { jobs, draft, proposed } = drafting();
    await vi.waitFor(() => expect(draft.planning).not.toBeNull());
    const error = { message: 'No way.', code: 'unsolvable', hints: ['Less.'], fields: {} };
    jobs.follow({ ...PLANNING, state: 'failed', error });
    await proposed;
    expect(draft.error).toMatchObject({ message: 'No way.', hints: ['Less.'] });
    expect(draft.failed?.id).toBe('p1');
    expect(draft.owns(PLANNING)).toBe(true);
  });

  it('says at once what the server refuses at once', async () => {
    const server = new Server();
    server.answer('POST environments', { message: 'Taken.', code: 'name-taken' }, 409);
    const draft = new Draft(server.request, new JobsModel(server.request));
    await draft.propose(REQUEST);
    expect(draft.error?.code).toBe('name-taken');
    expect(draft.failed).toBeNull();
  });

  it('says that the plan has changed, and has no plan any more', async () => {
    const { server, draft } = await planned();
    server.answer('POST environments', { message: 'Changed.', code: 'plan-changed' }, 409);
    expect(await draft.install()).toBeNull();
    expect(draft.plan).toBeNull();
    expect(draft.error?.code).toBe('plan-changed');
  });

  it('cancels its plan when it is discarded', async () => {
    const { server, jobs, draft, proposed } = drafting();
    await vi.waitFor(() => expect(draft.planning).not.toBeNull());
    server.answer('GET jobs/p1', { ...PLANNING, state: 'cancelled' });
    await draft.discard();
    await proposed;
    expect(server.count('DELETE jobs/p1')).toBe(2);
    expect(jobs.items).toEqual([]);
    expect([draft.plan, draft.error, draft.request]).toEqual([null, null, null]);
  });
});
