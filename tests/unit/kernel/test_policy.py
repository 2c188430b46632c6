from hypothesis import given
from hypothesis import strategies as st

from libs.kernel.policy import (
    EVERYTHING,
    All,
    Any,
    Filter,
    Not,
    Reader,
    Role,
    Term,
    Visibility,
    accepts,
    may_change,
    may_see,
    visible_to,
)

OURS, THEIRS = "programme-a", "programme-b"
roles = st.sampled_from(Role)
visibilities = st.sampled_from([each.value for each in Visibility])
members = st.sampled_from(["anna", "ben", "chris", ""])
programmes = st.sampled_from([OURS, THEIRS])
readers = st.builds(
    Reader,
    programme=programmes,
    role=roles,
    member_id=members,
    blocked=st.frozensets(st.sampled_from(["ben", "chris"])),
)


def see(reader: Reader, visibility: str, programme: str = OURS, owner: str = "anna") -> bool:
    return may_see(reader, visibility=visibility, programme=programme, owners=[owner])


def test_what_is_for_the_network_is_for_every_member() -> None:
    assert see(Reader(THEIRS, member_id="ben"), "network")


def test_what_is_for_a_programme_is_for_its_own_members() -> None:
    assert see(Reader(OURS, member_id="ben"), "programme")
    assert not see(Reader(THEIRS, member_id="ben"), "programme")


def test_what_is_private_is_for_its_owner_and_the_coordinators_there() -> None:
    assert see(Reader(OURS, member_id="anna"), "private")
    assert see(Reader(OURS, Role.COORDINATOR, "chris"), "private")
    assert not see(Reader(OURS, Role.AMBASSADOR, "chris"), "private")
    assert not see(Reader(THEIRS, Role.COORDINATOR, "chris"), "private")


def test_an_unknown_visibility_is_treated_as_private() -> None:
    assert not see(Reader(OURS, member_id="ben"), "")


def test_a_block_hides_even_what_is_for_the_network_and_for_coordinators_too() -> None:
    assert not see(Reader(OURS, member_id="ben", blocked=frozenset({"anna"})), "network")
    blocked = Reader(OURS, Role.COORDINATOR, "ben", blocked=frozenset({"anna"}))
    assert not see(blocked, "network")


@given(readers, visibilities, programmes)
def test_nobody_sees_what_belongs_to_somebody_there_is_a_block_with(
    reader: Reader, visibility: str, programme: str
) -> None:
    for other in reader.blocked:
        if not reader.has(Role.OPERATOR):
            assert not see(reader, visibility, programme, other)


@given(visibilities, programmes, members)
def test_an_operator_sees_everything(visibility: str, programme: str, owner: str) -> None:
    assert see(Reader(THEIRS, Role.OPERATOR), visibility, programme, owner)


@given(readers, visibilities, programmes, members)
def test_a_higher_role_never_sees_less(
    reader: Reader, visibility: str, programme: str, owner: str
) -> None:
    lower = Reader(reader.programme, Role.MEMBER, reader.member_id, "en", reader.blocked)
    if see(lower, visibility, programme, owner):
        assert see(reader, visibility, programme, owner)


def test_a_programme_by_its_key_owns_nothing_of_members_without_an_owner() -> None:
    assert not see(Reader(THEIRS), "private", OURS, "")


def test_owners_coordinators_and_operators_may_change() -> None:
    assert may_change(Reader(OURS, member_id="anna"), programme=OURS, owners=["anna"])
    assert may_change(Reader(OURS, Role.COORDINATOR), programme=OURS)
    assert may_change(Reader(THEIRS, Role.OPERATOR), programme=OURS)
    assert not may_change(Reader(OURS, member_id="ben"), programme=OURS, owners=["anna"])
    assert not may_change(Reader(THEIRS, Role.COORDINATOR, "anna"), programme=OURS, owners=["anna"])
    assert not may_change(Reader(OURS), programme=OURS, owners=[""])


terms = st.builds(
    Term, st.sampled_from(["a", "b"]), st.lists(st.sampled_from("xyz"), max_size=2).map(tuple)
)
filters: st.SearchStrategy[Filter] = st.recursive(
    terms,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(All, st.lists(inner, max_size=3).map(tuple)),
        st.builds(Any, st.lists(inner, max_size=3).map(tuple)),
    ),
    max_leaves=6,
)
documents = st.fixed_dictionaries(
    {}, optional={name: st.lists(st.sampled_from("xyz")) for name in "ab"}
)


@given(filters, documents)
def test_not_is_the_opposite(condition: Filter, document: dict[str, list[str]]) -> None:
    assert accepts(Not(condition), document) is not accepts(condition, document)


@given(filters, filters, documents)
def test_all_and_any_keep_de_morgans_law(
    one: Filter, two: Filter, document: dict[str, list[str]]
) -> None:
    both = accepts(All((one, two)), document)
    assert both is accepts(Not(Any((Not(one), Not(two)))), document)


def test_nothing_in_all_accepts_everything_and_nothing_in_any_accepts_nothing() -> None:
    assert accepts(EVERYTHING, {})
    assert not accepts(Any(()), {})
    assert not accepts(Term("a", ()), {"a": ["x"]})


def test_the_filter_of_a_reader_without_blocks_needs_no_negation() -> None:
    assert isinstance(visible_to(Reader(OURS)), Any)
