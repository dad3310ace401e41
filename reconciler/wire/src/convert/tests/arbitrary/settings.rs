//! Arbitrary settings without scripts, of every system.

use ordain_core::order::{
    Content, Defaults, Directory, Ensure, Group, Line, Registry, RegistryType, Resource,
    ScheduledTask, Service, ServiceStart, Sysctl, Trigger, TriggerEvent, User, Weekday, ensure,
};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

use super::text;

pub(super) fn settings() -> BoxedStrategy<Ensure> {
    (any::<bool>(), prop_oneof![resource(), elsewhere()])
        .prop_map(|(present, resource)| Ensure { present, resource })
        .boxed()
}

fn resource() -> BoxedStrategy<Resource> {
    let names = || vec(text(), 0..3);
    let mode = || of(0_u32..=0o7777);
    let content = prop_oneof![
        text().prop_map(|text| Content::Text(text.into())),
        ("[0-9a-f]{64}", text()).prop_map(|(blob, path)| Content::Blob { blob, path }),
    ];
    let start =
        of(select(vec![ServiceStart::Automatic, ServiceStart::Manual, ServiceStart::Disabled]));
    prop_oneof![
        (text(), of(content), mode(), of(text())).prop_map(|(path, content, mode, owner)| {
            Resource::File(ensure::File { path, content, mode, owner })
        }),
        (text(), mode(), of(text()), any::<bool>()).prop_map(|(path, mode, owner, force)| {
            Resource::Directory(Directory { path, mode, owner, force })
        }),
        (text(), text(), of(text()), of(text())).prop_map(|(path, line, pattern, after)| {
            Resource::Line(Line { path, line: Some(line), pattern, after })
        }),
        (text(), start, of(any::<bool>()))
            .prop_map(|(name, start, running)| Resource::Service(Service { name, start, running })),
        (text(), of(any::<u32>()), of(names()), names(), names()).prop_map(
            |(name, gid, members, include, exclude)| {
                Resource::Group(Group { name, gid, members, include, exclude })
            }
        ),
        (
            (text(), of(any::<u32>()), of(text()), of(names())),
            (of(text()), of(text()), of(text()), any::<bool>())
        )
            .prop_map(|((name, uid, group, groups), (comment, home, shell, system))| {
                Resource::User(User { name, uid, group, groups, comment, home, shell, system })
            }),
        (text(), text())
            .prop_map(|(key, value)| { Resource::Sysctl(Sysctl { key, value: Some(value) }) }),
    ]
    .boxed()
}

/// What only other systems have.
fn elsewhere() -> BoxedStrategy<Resource> {
    use RegistryType::{Binary, Dword, Expand, Multi, Qword, String};
    let value = prop_oneof![
        (select(vec![String, Expand]), text()).prop_map(|(kind, text)| (kind, text.into())),
        any::<u32>().prop_map(|number| (Dword, number.into())),
        any::<u64>().prop_map(|number| (Qword, number.into())),
        vec(text(), 0..3).prop_map(|texts| (Multi, texts.into())),
        "([0-9a-f]{2}){0,4}".prop_map(|text| (Binary, text.into())),
    ];
    let value = (text(), value).prop_map(|(name, (kind, value))| (name, kind, value));
    let trigger = prop_oneof![
        (0_u8..24, 0_u8..60, of(vec(select(vec![Weekday::Mon, Weekday::Sun]), 1..3)))
            .prop_map(|(hour, minute, days)| Trigger::At { hour, minute, days }),
        any::<u64>().prop_map(Trigger::Every),
        select(vec![TriggerEvent::Startup, TriggerEvent::Logon]).prop_map(Trigger::On),
    ];
    prop_oneof![
        (text(), vec(value, 0..3), any::<bool>()).prop_map(|(key, values, each_user)| {
            Resource::Registry(Registry { key, values, each_user })
        }),
        text().prop_map(Resource::Feature),
        (text(), of(text()), vec(text(), 0..3), of(text()), of(trigger)).prop_map(
            |(name, run, args, user, trigger)| {
                Resource::ScheduledTask(ScheduledTask { name, run, args, user, trigger })
            }
        ),
        (text(), vec((text(), any::<i64>().prop_map(Into::into)), 0..3), any::<bool>()).prop_map(
            |(domain, values, each_user)| {
                Resource::Defaults(Defaults { domain, values, each_user })
            }
        ),
    ]
    .boxed()
}
