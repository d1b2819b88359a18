import { expect, test } from 'vitest'
import { engineAddresses } from './docker-engine.ts'

test('only DOCKER_HOST is tried if it is set', () => {
  expect(engineAddresses({ DOCKER_HOST: 'unix:///run/user/1000/docker.sock' }, 'linux')).toEqual([
    { socketPath: '/run/user/1000/docker.sock' },
  ])
  expect(engineAddresses({ DOCKER_HOST: 'tcp://docker:2375' }, 'linux')).toEqual([{ host: 'docker', port: 2375 }])
  expect(engineAddresses({ DOCKER_HOST: 'ssh://me@elsewhere' }, 'linux')).toEqual([])
})

test('otherwise the default sockets are tried', () => {
  expect(engineAddresses({ XDG_RUNTIME_DIR: '/run/user/1000' }, 'linux')).toEqual(
    expect.arrayContaining([{ socketPath: '/var/run/docker.sock' }, { socketPath: '/run/user/1000/docker.sock' }]),
  )
  expect(engineAddresses({}, 'win32')).toEqual([{ socketPath: '//./pipe/docker_engine' }])
})
