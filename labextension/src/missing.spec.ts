import { describe, expect, it, vi } from 'vitest';

import { Catalogue } from './catalogue';
import { Draft } from './draft';
import { JobsModel } from './jobs';
import { Additions, addRequest, missingModule } from './missing';
import { EnvironmentsModel } from './model';
import { aJob, anEnvironment, aPlan, Server } from './testing/server';
import type { AddRequest, ModuleProvider } from './tokens';

const YAML: ModuleProvider = {
  module: 'yaml',
  kind: 'package',
  package: 'pyyaml',
  manager: 'conda',
  known: true
};
const ERROR = { errorName: 'ModuleNotFoundError', errorValue: "No module named 'yaml'" };

async function started() {
  const server = new Server();
  const foreign = { name: 'base', kernel: 'conda-base', kernels: ['conda-base'], foreign: true };
  server.answer('GET environments', { environments: [anEnvironment(), anEnvironment(foreign)] });
  server.answer('GET modules/yaml', YAML);
  const jobs = new JobsModel(server.request, Date.now, 60_000);
  const environments = new EnvironmentsModel(server.request, jobs);
  await environments.refresh();
  const draft = new Draft<AddRequest>(server.request, jobs, ({ environment, ...body }) => ({
    path: `environments/${environment}`,
    method: 'PATCH',
    body
  }));
  const additions = new Additions(environments, new Catalogue(server.request), jobs, draft);
  return { server, jobs, additions };
}

describe('a missing module', () => {
  it.each([
    [ERROR, 'yaml'],
    [{ ...ERROR, errorValue: "No module named 'a.b'; 'a' is not a package" }, 'a.b'],
    [{ ...ERROR, errorName: 'ImportError' }, null],
    [{ ...ERROR, errorValue: "No module named '<img src=x>'" }, null],
    [{ ...ERROR, errorValue: 'made up' }, null]
  ])('is read from %j', (error, module) => {
    expect(missingModule(error)).toBe(module);
  });

  it('is offered only in an environment that is ours, and only if something brings it', async () => {
    const { server, additions } = await started();
    expect(await additions.look(ERROR, 'penguins')).toMatchObject({
      module: 'yaml',
      request: { environment: 'penguins', install: ['pyyaml'] }
    });
    expect(await additions.look(ERROR, 'python3')).toBeNull();
    expect(await additions.look(ERROR, 'conda-base')).toBeNull();
    expect(await additions.look(ERROR, undefined)).toBeNull();
    server.answer('GET modules/yaml', { ...YAML, kind: 'standard', package: null });
    expect(await additions.look(ERROR, 'penguins')).toBeNull();
    server.answer('GET modules/yaml', { message: 'Down.' }, 500);
    expect(await additions.look(ERROR, 'penguins')).toBeNull();
  });

  it('comes from PyPI where no channel has it', () => {
    const pip = { ...YAML, package: 'opencv-python', manager: 'pip' as const };
    expect(addRequest(pip, 'x')).toEqual({ environment: 'x', pip: ['opencv-python'] });
    expect(addRequest({ ...YAML, package: null }, 'x')).toBeNull();
  });

  it.each([
    [true, 1],
    [false, 0]
  ])('is installed by its plan; additive %s runs the cell %i times', async (additive, times) => {
    const { server, jobs, additions } = await started();
    const found = await additions.look(ERROR, 'penguins');
    if (!found) {
      throw new Error('nothing found');
    }
    const again = vi.fn(() => Promise.resolve());
    const plan = aJob({ id: 'p1', kind: 'plan', state: 'done', result: aPlan({ additive }) });
    server.answer('PATCH environments/penguins', plan, 202);
    await additions.propose({ ...found, again });
    expect(additions.draft.plan?.hash).toBe('h1');
    const asked = server.asked.find(({ method }) => method === 'PATCH');
    expect(asked?.body).toEqual({ install: ['pyyaml'], dry_run: true });
    server.answer('PATCH environments/penguins', aJob({ id: 'c1', kind: 'change' }), 202);
    await additions.install();
    expect(additions.current).toBeNull();
    expect(again).not.toHaveBeenCalled();
    jobs.follow(aJob({ id: 'c1', kind: 'change', state: 'done' }));
    await vi.waitFor(() => expect(again).toHaveBeenCalledTimes(times));
  });
});

describe('packages that somebody names', () => {
  it('become a plan, and the form goes with the install', async () => {
    const { server, additions } = await started();
    additions.openForm('penguins', { packages: 'seaborn >= 0.12' });
    additions.openForm('penguins', { typed: 'pip:extra' });
    expect(additions.environment).toBe('penguins');
    const plan = aJob({ id: 'p1', kind: 'plan', state: 'done', result: aPlan() });
    server.answer('PATCH environments/penguins', plan, 202);
    await additions.plan();
    expect(server.asked.find(({ method }) => method === 'PATCH')?.body).toEqual({
      install: ['seaborn>=0.12'],
      pip: ['extra'],
      dry_run: true
    });
    server.answer('PATCH environments/penguins', aJob({ id: 'c1', kind: 'change' }), 202);
    expect(additions.form?.packages).toBe('seaborn >= 0.12');
    await additions.install();
    expect(additions.form).toBeNull();
    expect(additions.environment).toBeNull();
  });

  it('stay in the form when the plan fails, and a change of them drops the plan', async () => {
    const { server, additions } = await started();
    additions.openForm('penguins', { packages: 'nothing' });
    const error = { code: 'unsolvable', message: 'No.', hints: [], fields: {} };
    const failed = aJob({ id: 'p1', kind: 'plan', state: 'failed', error });
    server.answer('PATCH environments/penguins', failed, 202);
    await additions.plan();
    expect(additions.draft.error?.code).toBe('unsolvable');
    additions.openForm('penguins', { packages: 'something' });
    expect(additions.draft.error).toBeNull();
    expect(additions.form?.packages).toBe('something');
  });

  it('are asked for anew in another environment', async () => {
    const { additions } = await started();
    additions.openForm('penguins', { packages: 'seaborn' });
    additions.openForm('other');
    expect(additions.form).toEqual({ environment: 'other', packages: '', typed: '' });
    await additions.discard();
    expect(additions.form).toBeNull();
  });
});
