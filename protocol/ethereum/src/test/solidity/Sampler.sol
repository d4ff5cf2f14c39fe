// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// A contract with one of everything that an agent meets: payable and view functions, tuples, arrays, bytes, events
/// with indexed words and indexed bytes, custom errors, a panic, a reason and a revert without a word.
contract Sampler {
    struct Point {
        int32 x;
        uint64 y;
    }

    struct Record {
        address owner;
        bytes32 key;
        bytes data;
        Point[] points;
        uint16[2] pair;
    }

    error Refused(uint256 code, address caller, bytes why);
    error Plain();

    event Stored(bytes32 indexed key, address indexed owner, uint256 value, bytes data);
    event Shape(bytes indexed blob, Point point);

    uint256 public total;
    uint256 public immutable start;
    mapping(bytes32 => Record) private records;

    constructor(uint256 start_) payable {
        start = start_;
    }

    function pay(bytes32 key, bytes calldata data) external payable {
        total += msg.value;
        emit Stored(key, msg.sender, msg.value, data);
    }

    function store(Record calldata record) external {
        Record storage mine = records[record.key];
        mine.owner = record.owner;
        mine.key = record.key;
        mine.data = record.data;
        delete mine.points;
        for (uint256 i = 0; i < record.points.length; i++) {
            mine.points.push(record.points[i]);
            emit Shape(record.data, record.points[i]);
        }
        mine.pair = record.pair;
    }

    function load(bytes32 key) external view returns (Record memory record) {
        return records[key];
    }

    function echo(string calldata text, int8 small, bool flag, bytes4[] calldata words, uint256[][] calldata table)
        external
        pure
        returns (string memory, int8, bool, bytes4[] memory, uint256[][] memory)
    {
        return (text, small, flag, words, table);
    }

    function add(uint256 a) external pure returns (uint256) {
        return a + 1;
    }

    function add(uint256 a, uint256 b) external pure returns (uint256) {
        return a + b;
    }

    function refuse(uint256 code, bytes calldata why) external {
        total += 1;
        revert Refused(code, msg.sender, why);
    }

    function refuseWhenTotalIs(uint256 value) external {
        if (total == value) {
            revert Plain();
        }
        total = value;
    }

    function say() external pure {
        revert("because");
    }

    function panic(uint256 divisor) external pure returns (uint256) {
        return 1 / divisor;
    }

    function silence() external pure {
        // SAFETY: nothing is read or written, the call only ends without data.
        assembly {
            revert(0, 0)
        }
    }

    function emitMany(uint256 count) external {
        for (uint256 i = 0; i < count; i++) {
            emit Stored(bytes32(i), msg.sender, i, "");
        }
    }

    function burn(uint256 rounds) external {
        for (uint256 i = 0; i < rounds; i++) {
            total = total + 1;
        }
    }
}
