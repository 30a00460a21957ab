import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { applyOptions, typeOption } from './options.ts'

const where = { plugin: 'decoder:xor', file: 'xor.stoq' }
const type = (key: string, text: string, declared?: unknown) => typeOption(key, text, declared, where)
const refuses = (key: string, text: string, declared: unknown, message: RegExp) =>
  assert.throws(() => type(key, text, declared), { name: 'StoqError', code: 'STOQ_PLUGIN_OPTION', message })

describe('an option that the plugin does not declare is typed by its name', () => {
  test('_list is split at commas and trimmed', () =>
    assert.deepEqual(type('a_list', ' x, y z ,,w '), ['x', 'y z', '', 'w']))
  test('an empty _list has no element', () => assert.deepEqual(type('a_list', ' '), []))
  test('_tuple is a list that cannot be changed', () => {
    assert.deepEqual(type('a_tuple', 'x,y'), ['x', 'y'])
    assert.ok(Object.isFrozen(type('a_tuple', 'x,y')))
  })
  test('_dict is a JSON object or list', () => {
    assert.deepEqual(type('a_dict', '{"a": [1]}'), { a: [1] })
    assert.deepEqual(type('a_dict', '[1,\n2]'), [1, 2])
  })
  test('_int is an integer', () =>
    assert.deepEqual([type('a_int', ' 7 '), type('a_int', '-3'), type('a_int', '+0')], [7, -3, 0]))
  test('the name counts before the boolean words', () => {
    assert.deepEqual(type('b_list', 'yes'), ['yes'])
    assert.equal(type('one_int', '1'), 1)
    assert.equal(type('zero_int', '0'), 0)
  })
  test('true, yes, on, false, no and off are booleans in any case', () => {
    assert.deepEqual(
      ['true', 'YES', ' On '].map(text => type('a', text)),
      [true, true, true],
    )
    assert.deepEqual(
      ['False', 'no', 'OFF'].map(text => type('a', text)),
      [false, false, false],
    )
  })
  test('numerals stay text', () =>
    assert.deepEqual(
      ['1', '0', '1.10'].map(text => type('a', text)),
      ['1', '0', '1.10'],
    ))
  test('everything else stays text as it is', () => assert.equal(type('a', ' some text '), ' some text '))
  test('a null default decides nothing', () => assert.equal(type('a', 'yes', null), true))
})

describe('an option that the plugin declares has the type of its default', () => {
  test('text stays text, also when it looks like something else', () => {
    assert.deepEqual(
      ['yes', '1', ''].map(text => type('a_int', text, 'default')),
      ['yes', '1', ''],
    )
  })
  test('a boolean takes words and also 1 and 0', () => {
    assert.deepEqual(
      ['1', 'yes', 'TRUE'].map(text => type('a', text, false)),
      [true, true, true],
    )
    assert.deepEqual(
      ['0', 'off'].map(text => type('a', text, true)),
      [false, false],
    )
  })
  test('a number takes integers and decimals', () => {
    assert.deepEqual(
      ['7', '-1.5', ' .5 ', '1e3', '1.'].map(text => type('a', text, 60)),
      [7, -1.5, 0.5, 1000, 1],
    )
  })
  test('a list is split', () => assert.deepEqual(type('a', 'x, y', []), ['x', 'y']))
  test('a list of numbers holds numbers', () => assert.deepEqual(type('ports', '80, 443', [25]), [80, 443]))
  test('a frozen list stays frozen', () => assert.ok(Object.isFrozen(type('a', 'x', Object.freeze(['y'])))))
  test('a plain object takes JSON', () => assert.deepEqual(type('a', '{"x": 1}', {}), { x: 1 }))
})

describe('a wrong type is told with plugin, option, file, wanted and got', () => {
  test('a word for an integer', () =>
    refuses(
      'a_int',
      'two # 2',
      undefined,
      /^decoder:xor: option 'a_int' in xor\.stoq must be an integer, got 'two # 2'$/,
    ))
  test('a decimal for an integer', () => refuses('a_int', '1.5', undefined, /an integer, got '1\.5'/))
  test('an integer that cannot be held exactly', () =>
    refuses('a_int', '9007199254740993', undefined, /an integer/))
  test('nothing for a number', () => refuses('a', '', 5, /a number, got ''/))
  test('hexadecimal for a number', () => refuses('a', '0x10', 5, /a number/))
  test('infinity for a number', () => refuses('a', '1e999', 5, /a number/))
  test('a word in a list of numbers', () => refuses('a', '1,b', [1], /a list of numbers, got 'b'/))
  test('a word for a boolean', () => refuses('a', 'maybe', true, /true or false, got 'maybe'/))
  test('bad JSON', () => refuses('a_dict', '{a}', undefined, /a JSON object or list, got '\{a\}'/))
  test('a JSON number for a dict', () => refuses('a_dict', '5', undefined, /a JSON object or list/))
  test('a JSON list for an object', () => refuses('a', '[]', {}, /a JSON object, got/))
  test('a field that no text can fill', () => refuses('a', 'x', new Map(), /left out/))
  test('a long value is shown in part', () => refuses('a_int', 'x'.repeat(1e6), undefined, /^.{1,200}$/))
})

describe('options become fields of the plugin', () => {
  class Base {
    hidden = 1
    scan(): void {}
    get name(): string {
      return 'n'
    }
  }
  class Plugin extends Base {
    key = '41'
    timeout = 60
    hashpayload = true
    ports = [25]
    maybe: string | null = null
    hook = (): number => 1
  }
  const apply = (options: Record<string, string>, plugin = new Plugin()) => {
    applyOptions(plugin, options, where)
    return plugin as Plugin & Record<string, unknown>
  }
  const refusesName = (key: string) =>
    assert.throws(() => apply(Object.fromEntries([[key, 'x']])), {
      code: 'STOQ_PLUGIN_OPTION',
      message: new RegExp(`option '${key}' in xor\\.stoq must be renamed`),
    })

  test('in the type of the field', () => {
    const plugin = apply({ key: '13', timeout: '5', hashpayload: '0', ports: '1,2', new_list: 'a,b' })
    assert.deepEqual(
      [plugin.key, plugin.timeout, plugin.hashpayload, plugin.ports, plugin['new_list']],
      ['13', 5, false, [1, 2], ['a', 'b']],
    )
  })
  test('of a base class as well', () => assert.equal(apply({ hidden: '2' }).hidden, 2))
  test('a second source of options sees the types of the class, not those of the first source', () => {
    const plugin = apply({ maybe: 'yes', extra: 'no' })
    assert.deepEqual([plugin.maybe, plugin['extra']], [true, false])
    apply({ maybe: 'some text', extra: '12' }, plugin)
    assert.deepEqual([plugin.maybe, plugin['extra']], ['some text', '12'])
  })
  test('none is set when one is wrong', () => {
    const plugin = new Plugin()
    assert.throws(() => apply({ key: '13', timeout: 'soon' }, plugin), { code: 'STOQ_PLUGIN_OPTION' })
    assert.equal(plugin.key, '41')
  })

  test('a method is not an option', () => refusesName('scan'))
  test('an accessor is not an option', () => refusesName('name'))
  test('a function in a field is not an option', () => refusesName('hook'))
  test('a method of every object is not an option', () => refusesName('toString'))
  for (const key of [
    '__proto__',
    'constructor',
    'prototype',
    'manifest',
    'stoq',
    'log',
    'is_activated',
    'parentname',
  ]) {
    test(`${key} is not an option`, () => refusesName(key))
  }
})

describe('for any text', () => {
  test('a list is read back as it was joined', () => {
    const part = fc.string().map(text => text.replaceAll(',', '').trim())
    fc.assert(
      fc.property(fc.array(part, { minLength: 1 }), parts => {
        fc.pre(parts.join('').length > 0 || parts.length > 1)
        assert.deepEqual(type('a_list', parts.join(' , ')), parts)
      }),
    )
  })
  test('a number is read back as it was printed', () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, noDefaultInfinity: true, max: 2 ** 53 - 1, min: 1 - 2 ** 53 }),
        value => {
          assert.equal(type('a', String(value), 1), value + 0)
        },
      ),
    )
  })
  test('an object is read back as it was printed', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), value => {
        assert.deepEqual(type('a_dict', JSON.stringify(value)), JSON.parse(JSON.stringify(value)))
      }),
    )
  })
  test('the value has the declared type, or STOQ_PLUGIN_OPTION says why not', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom<unknown>('', 0, true), (text, declared) => {
        try {
          assert.equal(typeof type('key', text, declared), typeof declared)
        } catch (error) {
          assert.equal((error as { code?: string }).code, 'STOQ_PLUGIN_OPTION')
        }
      }),
    )
  })
})
