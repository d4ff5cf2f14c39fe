// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ModelOutOfBounds, ModelUnknown} from "../lib/Errors.sol";
import {IModelRegistry} from "./IModelRegistry.sol";
import {MAX_EMITTED_OUTPUT, Model, ModelId} from "../lib/Types.sol";
import {Calldata} from "../lib/Calldata.sol";
import {Commitments} from "../lib/Commitments.sol";

/// @title The models that requests may name, see `IModelRegistry`
contract ModelRegistry is IModelRegistry {
    uint256 private constant MAX_TREE_DEPTH = 24;
    uint256 private constant MAX_TENSOR_DEPTH = 32;
    uint256 private constant MAX_LENGTH = 1 << 40;

    /// @dev A registered model has at least one node; nodeCount 0 means that there is none.
    mapping(ModelId => Model) private models;

    /// @inheritdoc IModelRegistry
    function register(Model calldata model, bytes calldata uri) external returns (ModelId modelId) {
        Calldata.requireCanonical(14, uri);
        Calldata.requireUri(uri);
        requireBounds(model);
        modelId = Commitments.model(model);
        if (models[modelId].nodeCount == 0) {
            models[modelId] = model;
            emit ModelRegistered(modelId, model);
        }
        emit ModelPublished(modelId, msg.sender, uri);
    }

    /// @inheritdoc IModelRegistry
    function get(ModelId modelId) external view returns (Model memory model) {
        model = models[modelId];
        if (model.nodeCount == 0) revert ModelUnknown();
    }

    /// @inheritdoc IModelRegistry
    function isRegistered(ModelId modelId) external view returns (bool) {
        return models[modelId].nodeCount != 0;
    }

    /// @dev The bounds of `spec/protocol.md` §1 that concern the model itself.
    function requireBounds(Model calldata m) private pure {
        bool depths = m.graphDepth <= MAX_TREE_DEPTH && m.slotDepth <= MAX_TREE_DEPTH
            && m.inputDepth <= MAX_TENSOR_DEPTH && m.outputDepth <= MAX_TENSOR_DEPTH;
        // INVARIANT: depths are checked first, the shifts below rely on them.
        if (!depths) revert ModelOutOfBounds();
        bool trace = m.nodeCount >= 1 && m.nodeCount <= uint256(1) << m.graphDepth && m.loops >= 1
            && uint256(m.nodeCount) * m.loops <= MAX_LENGTH;
        bool slots = m.inputSlot < uint256(1) << m.slotDepth && m.outputSlot < uint256(1) << m.slotDepth;
        bool tensors = m.inputBytes <= uint256(32) << m.inputDepth && m.outputBytes <= uint256(32) << m.outputDepth;
        // INVARIANT: whoever is to check a given output can see it; any other he computes.
        bool visible = !m.outputGiven || m.outputBytes <= MAX_EMITTED_OUTPUT;
        // INVARIANT: a registered model's trace, slots and tensors lie within the protocol's limits.
        if (!trace || !slots || !tensors || !visible) revert ModelOutOfBounds();
    }
}
