"""The table of whose fault an error is: every state psycopg knows has its place, and its class says so."""

import psycopg
import pytest
from psycopg import errors
from psycopg_pool import PoolTimeout

from hub.storage.database import DATABASE_AWAY
from hub.storage.faults import FAULTS, Fault, as_the_hub_sees_it, fault_of, name_of
from hub.storage.refusals import UNACCEPTABLE_VALUE

#: Of each kind, by hand, so that the table cannot be wrong and right with itself.
KNOWN = {
    "08006": Fault.AWAY,  # connection_failure
    "25006": Fault.AWAY,  # read_only_sql_transaction
    "25P03": Fault.AWAY,  # idle_in_transaction_session_timeout
    "28P01": Fault.AWAY,  # invalid_password
    "3D000": Fault.AWAY,  # invalid_catalog_name
    "53100": Fault.AWAY,  # disk_full
    "53200": Fault.AWAY,  # out_of_memory
    "53300": Fault.AWAY,  # too_many_connections
    "57P01": Fault.AWAY,  # admin_shutdown
    "57P02": Fault.AWAY,  # crash_shutdown
    "57P03": Fault.AWAY,  # cannot_connect_now
    "57P05": Fault.AWAY,  # idle_session_timeout
    "58030": Fault.AWAY,  # io_error
    "42501": Fault.AWAY,  # insufficient_privilege
    "40001": Fault.BUSY,  # serialization_failure
    "40P01": Fault.BUSY,  # deadlock_detected
    "55P03": Fault.BUSY,  # lock_not_available
    "57014": Fault.BUSY,  # query_canceled
    "0A000": Fault.BUSY,  # feature_not_supported: the cached plan
    "26000": Fault.BUSY,  # invalid_sql_statement_name
    "22003": Fault.UNSTORABLE,  # numeric_value_out_of_range
    "22P05": Fault.UNSTORABLE,  # untranslatable_character
    "23505": Fault.UNSTORABLE,  # unique_violation
    "23514": Fault.UNSTORABLE,  # check_violation
    "54000": Fault.UNSTORABLE,  # program_limit_exceeded
    "P0001": Fault.UNSTORABLE,  # raise_exception
    "42703": Fault.OURS,  # undefined_column
    "42P01": Fault.OURS,  # undefined_table
    "25P02": Fault.OURS,  # in_failed_sql_transaction
    "25001": Fault.OURS,  # active_sql_transaction
    "XX000": Fault.OURS,  # internal_error
    "XX001": Fault.OURS,  # data_corrupted: waiting mends nothing, and the others' pages may be well
}


@pytest.mark.parametrize(("sqlstate", "fault"), KNOWN.items())
def test_whose_fault_it_is(sqlstate: str, fault: Fault) -> None:
    error = errors.lookup(sqlstate)("x")
    assert fault_of(error) is fault
    told = as_the_hub_sees_it(error)
    assert isinstance(told, DATABASE_AWAY) is (fault in {Fault.AWAY, Fault.BUSY})
    assert fault_of(told) is fault
    assert sqlstate in name_of(told)


@pytest.mark.parametrize("sqlstate", ["22003", "54000", "54001"])
def test_a_value_no_column_takes_is_the_callers(sqlstate: str) -> None:
    assert isinstance(as_the_hub_sees_it(errors.lookup(sqlstate)("x")), UNACCEPTABLE_VALUE)


@pytest.mark.parametrize(
    "error",
    [
        psycopg.OperationalError("server closed the connection unexpectedly"),
        psycopg.InterfaceError("the cursor is closed"),
        PoolTimeout("no connection in time"),
        TimeoutError(),
        ConnectionResetError(),
    ],
)
def test_what_has_no_state_and_lost_its_server_is_waited_for(error: Exception) -> None:
    assert fault_of(error) is Fault.AWAY


def test_a_nul_that_never_left_is_the_messages_and_a_key_error_is_ours() -> None:
    assert fault_of(psycopg.DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")) is Fault.UNSTORABLE
    assert fault_of(KeyError("x")) is Fault.OURS


def test_each_line_of_the_table_names_states_that_there_are() -> None:
    known = [state for state in vars(errors)["_sqlcodes"] if len(state) == 5]
    unknown_to_psycopg = {prefix for prefix in FAULTS if not any(state.startswith(prefix) for state in known)}
    assert unknown_to_psycopg <= {"25P04", "08"}  # 25P04 came with PostgreSQL 17
