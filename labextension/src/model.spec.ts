import { describe, expect, it, vi } from 'vitest';

import { JobsModel } from './jobs';
import { EnvironmentsModel } from './model';
import { aJob, anEnvironment, Server } from './testing/server';

function model(server: Server): { environments: EnvironmentsModel; jobs: JobsModel } {
  const jobs = new JobsModel(server.request, Date.now, 60_000);
  return { jobs, environments: new EnvironmentsModel(server.request, jobs) };
}

describe('environments', () => {
  it('knows nothing before the first answer, then everything', async () => {
    const server = new Server();
    server.answer('GET environments', { environments: [anEnvironment()] });
    const { environments } = model(server);
    expect(environments.items).toBeNull();
    await environments.refresh();
    expect(environments.byName('penguins')?.packages).toBe(34);
    expect(environments.byKernel('penguins')?.name).toBe('penguins');
    expect(environments.byKernel('python3')).toBeUndefined();
    expect(environments.byKernel(undefined)).toBeUndefined();
  });

  it('keeps what it knew when an answer fails, and says so', async () => {
    const server = new Server();
    server.answer('GET environments', { environments: [anEnvironment()] });
    const { environments } = model(server);
    await environments.refresh();
    server.answer('GET environments', { message: 'Down.', code: 'x' }, 500);
    await environments.refresh();
    expect(environments.error?.message).toBe('Down.');
    expect(environments.items).toHaveLength(1);
  });

  it('says when the kernels are others, and only then', async () => {
    const server = new Server();
    const { environments } = model(server);
    const heard: (readonly string[])[] = [];
    environments.kernelsChanged.connect((_, names) => heard.push(names));
    server.answer('GET environments', { environments: [anEnvironment()] });
    await environments.refresh();
    server.answer('GET environments', { environments: [anEnvironment({ packages: 35 })] });
    await environments.refresh();
    expect(heard).toEqual([['penguins']]);
  });

  it('reads again when a job that changes environments is done', async () => {
    const server = new Server();
    const { jobs } = model(server);
    server.answer('GET environments', { environments: [] });
    jobs.follow(aJob({ id: 'plan', kind: 'plan', state: 'done' }));
    jobs.follow(aJob({ id: 'failed', state: 'failed' }));
    jobs.follow(aJob({ id: 'done', state: 'done' }));
    await vi.waitFor(() => expect(server.asked).toHaveLength(1));
    expect(server.count('GET environments')).toBe(1);
  });

  it('removes by a job that is then followed; force is asked for in words', async () => {
    const server = new Server();
    const { environments, jobs } = model(server);
    const inUse = { message: 'In use.', code: 'environment-in-use', hints: [], fields: {} };
    server.answer('DELETE environments/penguins', inUse, 409);
    await expect(environments.remove('penguins')).rejects.toMatchObject({ code: inUse.code });
    server.answer('DELETE environments/penguins?force=true', aJob({ kind: 'remove' }), 202);
    await environments.remove('penguins', true);
    expect(jobs.items.map(job => job.kind)).toEqual(['remove']);
  });
});
