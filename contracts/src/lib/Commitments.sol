// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Availability, ClaimId, GameId, Model, ModelId, Position, RequestId, Side, Terms} from "./Types.sol";

/// @title The tagged preimages
/// @notice `spec/protocol.md` §1: a word with the left-aligned tag `opml/1/…`, then the fields, one big-endian word
/// each.
library Commitments {
    bytes32 private constant STATE = "opml/1/state";
    bytes32 private constant PROGRAM = "opml/1/program";
    bytes32 private constant NODE = "opml/1/node";
    bytes32 private constant MODEL = "opml/1/model";
    bytes32 private constant REQUEST = "opml/1/request";
    bytes32 private constant CLAIM = "opml/1/claim";
    bytes32 private constant GAME = "opml/1/game";
    bytes32 private constant POSITION = "opml/1/position";

    /// @notice Status of a graph state that runs on, that is done, and that has failed.
    uint8 internal constant RUNNING = 0;
    uint8 internal constant DONE = 1;
    uint8 internal constant FAILED = 2;

    /// @notice A graph state.
    function state(uint8 status, bytes32 slotsRoot) internal pure returns (bytes32) {
        return keccak256(abi.encode(STATE, status, slotsRoot));
    }

    /// @notice A program.
    function program(bytes32 codeRoot, uint8 codeDepth, uint8 memDepth) internal pure returns (bytes32) {
        return keccak256(abi.encode(PROGRAM, codeRoot, codeDepth, memDepth));
    }

    /// @notice A node, from its bytes without the tag.
    function node(bytes calldata fields) internal pure returns (bytes32) {
        return keccak256(bytes.concat(NODE, fields));
    }

    /// @notice A model.
    function model(Model memory fields) internal pure returns (ModelId) {
        return ModelId.wrap(keccak256(abi.encode(MODEL, fields)));
    }

    /// @notice A request to this hub on this chain.
    function request(
        address requester,
        uint64 nonce,
        ModelId modelId,
        bytes32 inputRoot,
        Availability availability,
        uint256 fee,
        Terms calldata terms
    ) internal view returns (RequestId) {
        return RequestId.wrap(
            keccak256(
                abi.encode(
                    REQUEST,
                    block.chainid,
                    address(this),
                    requester,
                    nonce,
                    modelId,
                    inputRoot,
                    availability,
                    terms.server,
                    fee,
                    terms.deadline,
                    terms.callback,
                    terms.callbackGas
                )
            )
        );
    }

    /// @notice A claim.
    function claim(RequestId requestId, uint32 index, address server, bytes32 finalState, bytes32 outputHash)
        internal
        pure
        returns (ClaimId)
    {
        return ClaimId.wrap(keccak256(abi.encode(CLAIM, requestId, index, server, finalState, outputHash)));
    }

    /// @notice A game.
    function game(ClaimId claimId, uint32 index, address challenger) internal pure returns (GameId) {
        return GameId.wrap(keccak256(abi.encode(GAME, claimId, index, challenger)));
    }

    /// @notice A position; `listHash` is the hash of the poster's packed list.
    function position(GameId gameId, uint32 move, Side poster, Position memory place, bytes32 listHash)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(
            abi.encode(
                POSITION,
                gameId,
                move,
                place.level,
                poster,
                place.first,
                place.length,
                place.start,
                place.context,
                listHash
            )
        );
    }
}
