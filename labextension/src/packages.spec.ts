import { describe, expect, it } from 'vitest';

import { askedAs, grouped, matching, neededBy, specName, toNewer, wished } from './packages';
import { aDetail, aPackage } from './testing/details';

const DETAIL = aDetail({
  package_list: [
    aPackage({ name: 'python', depends: ['openssl >=3', '__glibc >=2.17'] }),
    aPackage({ name: 'openssl', depends: ['ca-certificates'] }),
    aPackage({ name: 'ca-certificates', depends: [] }),
    aPackage({ name: 'seaborn', depends: ['pandas >=1', 'python'] }),
    aPackage({ name: 'pandas', depends: ['python', 'numpy'] }),
    aPackage({ name: 'numpy', depends: ['python', 'ring-a'] }),
    aPackage({ name: 'ring-a', depends: ['ring_b'] }),
    aPackage({ name: 'ring_b', depends: ['ring-a'] }),
    aPackage({ name: 'Typing.Extensions', manager: 'pip', depends: [] })
  ],
  requested: ['seaborn', 'python', 'typing-extensions'],
  spec: {
    name: null,
    channels: [],
    conda: ['conda-forge::seaborn>=0.12', 'python=3.11'],
    pip: ['typing_extensions==4'],
    variables: {}
  }
});

const find = (name: string) =>
  DETAIL.package_list.find(item => item.name === name) ?? aPackage({ name: 'missing' });

describe('packages', () => {
  it('are those that were asked for, and the others', () => {
    const { requested, dependencies } = grouped(DETAIL);
    expect(requested.map(item => item.name)).toEqual(['python', 'seaborn', 'Typing.Extensions']);
    expect(dependencies).toHaveLength(6);
  });

  it('say who needs them, through others and in circles', () => {
    expect(neededBy(DETAIL, find('ca-certificates'))).toEqual(['python', 'seaborn']);
    expect(neededBy(DETAIL, find('ring_b'))).toEqual(['seaborn']);
    expect(neededBy(DETAIL, find('python'))).toEqual(['seaborn']);
    expect(neededBy(DETAIL, find('seaborn'))).toEqual([]);
  });

  it('say how they were asked for', () => {
    expect(askedAs(DETAIL, find('seaborn'))).toBe('conda-forge::seaborn>=0.12');
    expect(askedAs(DETAIL, find('Typing.Extensions'))).toBe('typing_extensions==4');
    expect(askedAs(DETAIL, find('numpy'))).toBeNull();
  });

  it('become newer by an update, or by another wish where a version was asked for', () => {
    const environment = DETAIL.name;
    expect(toNewer(DETAIL, find('numpy'), '9')).toEqual({ environment, update: ['numpy'] });
    expect(toNewer(DETAIL, find('seaborn'), '0.14')).toEqual({
      environment,
      install: ['seaborn=0.14']
    });
  });

  it('are found by name and version', () => {
    expect(matching(DETAIL.package_list, ' NUM ')).toHaveLength(1);
    expect(matching(DETAIL.package_list, '')).toHaveLength(9);
  });

  it('are named by what a spec begins with', () => {
    const specs = ['python', 'Python=3.11', 'a_b[extra]>=1', 'numpy 1.*', 'x; python_version<"3"'];
    expect(specs.map(specName)).toEqual(['python', 'python', 'a-b', 'numpy', 'x']);
    expect(specName('')).toBe('');
  });

  it('to be added are specs, and requirements that begin with pip:', () => {
    expect(wished(' seaborn>=0.12 pip:extra  ')).toEqual({
      install: ['seaborn>=0.12'],
      pip: ['extra']
    });
    expect(wished('')).toEqual({});
  });
});
