import { describe, expect, it } from '@jest/globals';
import { PAGE_NODE, PERSON_NODE, pickFields, readFields } from './fields.js';
import { SAMPLE_NOW, samplePerson } from './sample.spec-data.js';
import { namesOf, profileAvailable, userProfile, utcOffsetHours } from './user-profile.js';

const SUMMER = Date.UTC(2026, 6, 1);

describe('the profile of a person', () => {
  it('has names, picture, language and hours from UTC', () => {
    const ida = samplePerson({ name: 'Ida Marie Berg' });
    expect(userProfile(ida, 'http://sandbox/200.svg', SUMMER)).toEqual({
      id: '200',
      name: 'Ida Marie Berg',
      first_name: 'Ida',
      last_name: 'Marie Berg',
      profile_pic: 'http://sandbox/200.svg',
      locale: 'nb_NO',
      timezone: 2,
      gender: null,
    });
    const own = samplePerson({ profilePic: 'https://pictures.example/1.png', gender: 'female' });
    expect(userProfile(own, 'x', SUMMER)).toMatchObject({ profile_pic: own.profilePic, gender: 'female' });
  });

  it.each([
    ['Europe/Oslo', SAMPLE_NOW, 1],
    ['Asia/Kolkata', SUMMER, 5.5],
    ['America/New_York', SUMMER, -4],
    ['UTC', SUMMER, 0],
    ['Nowhere/At_All', SUMMER, 0],
  ])('%s', (zone, at, hours) => expect(utcOffsetHours(zone, at)).toBe(hours));

  it('is there from the first message on, unless the account is gone', () => {
    expect(profileAvailable(samplePerson())).toBeUndefined();
    for (const person of [samplePerson({ started: false }), samplePerson({ state: 'deactivated' })]) {
      expect(profileAvailable(person)).toMatchObject({ code: 100, subcode: 2018218 });
    }
  });

  it.each([
    ['Ida', { first: 'Ida', last: '' }],
    ['  Ida  Marie Berg ', { first: 'Ida', last: 'Marie Berg' }],
  ])('names in %j', (name, names) => expect(namesOf(name)).toEqual(names));
});

describe('fields', () => {
  it('are those asked for, each once, with the id last', () => {
    expect(readFields('id, first_name,first_name', PERSON_NODE)).toEqual({ fields: ['first_name', 'id'] });
    expect(readFields(undefined, PAGE_NODE)).toEqual({ fields: ['name', 'id'] });
    expect(pickFields(['gender', 'id'], { gender: null, id: '1', more: 2 })).toEqual({ id: '1' });
  });

  it.each([
    ['colour', PAGE_NODE, 'Tried accessing nonexisting field (colour) on node type (Page)'],
    ['id,', PERSON_NODE, 'Tried accessing nonexisting field () on node type (MessengerPageScopedID)'],
    [['id'], PAGE_NODE, 'Param fields must be a string.'],
  ])('%j are refused', (fields, kind, message) => {
    expect(readFields(fields, kind)).toMatchObject({ refusal: { code: 100, message } });
  });
});
