// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Model, ModelId} from "../lib/Types.sol";

/// @title The models that requests may name
/// @notice A model's id is the hash of its fields, so nobody can squat one; where its files lie is only ever an event.
interface IModelRegistry {
    /// @notice A model was registered for the first time.
    event ModelRegistered(ModelId indexed modelId, Model model);
    /// @notice Somebody says where the model's files lie. Readers check what they fetch against the id.
    event ModelPublished(ModelId indexed modelId, address indexed publisher, bytes uri);

    /// @notice Registers a model, or only publishes another place, of at most 256 bytes, of a model that is registered.
    function register(Model calldata model, bytes calldata uri) external returns (ModelId modelId);

    /// @notice The fields of a registered model; reverts with `ModelUnknown` for any other.
    function get(ModelId modelId) external view returns (Model memory model);

    /// @notice Whether the model is registered.
    function isRegistered(ModelId modelId) external view returns (bool);
}
