// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {
    BufferTooLong,
    CalldataNotCanonical,
    DeliveryFailed,
    EvidenceTooLong,
    EvidenceTooShort,
    InputNotSeen,
    ModelOutOfBounds,
    ModelUnknown,
    OutputMismatch,
    PartsDoNotFit,
    ProofMismatch,
    ResultStatusInvalid,
    TrailingZero
} from "../src/lib/Errors.sol";
import {Deliveries} from "../src/hub/Deliveries.sol";
import {IHub} from "../src/hub/IHub.sol";
import {IInputs} from "../src/hub/IInputs.sol";
import {IModelRegistry} from "../src/model/IModelRegistry.sol";
import {IResultReceiver} from "../src/hub/IResultReceiver.sol";
import {IRootReceiver} from "../src/hub/IRootReceiver.sol";
import {Inputs} from "../src/hub/Inputs.sol";
import {
    Availability,
    ClaimId,
    ClaimStatus,
    GameStatus,
    MAX_EMITTED_OUTPUT,
    Model,
    ModelId,
    RequestId,
    Terms
} from "../src/lib/Types.sol";
import {Cheats} from "./Forge.sol";
import {Trees} from "./Toy.sol";
import {World} from "./World.sol";

/// @notice Hears both forms of a result, and counts them.
contract Listener is IResultReceiver, IRootReceiver {
    uint256 public outputs;
    uint256 public roots;
    bytes32 public lastRoot;
    uint8 public lastStatus;
    bytes public lastOutput;

    function onProvisional(RequestId, ClaimId, uint8 status, bool, bytes calldata output) external {
        ++outputs;
        (lastStatus, lastOutput) = (status, output);
    }

    function onFinal(RequestId, ClaimId, uint8 status, bool, bytes calldata output) external {
        ++outputs;
        (lastStatus, lastOutput) = (status, output);
    }

    function onProvisionalRoot(RequestId, ClaimId, uint8 status, bool, bytes32 outputRoot) external {
        ++roots;
        (lastStatus, lastRoot) = (status, outputRoot);
    }

    function onFinalRoot(RequestId, ClaimId, uint8 status, bool, bytes32 outputRoot) external {
        ++roots;
        (lastStatus, lastRoot) = (status, outputRoot);
    }
}

/// @notice Hears outputs only.
contract ShortListener {
    uint256 public heard;

    function onProvisional(RequestId, ClaimId, uint8, bool, bytes calldata) external {
        ++heard;
    }
}

/// @title Outputs that are claimed by their root, and inputs that are uploaded in parts
/// @notice The toy's slots hold words; to the contracts the output slot's word is the root of however many bytes the
/// model says.
contract LargeTest is World {
    IInputs private inputs;

    function setUp() public override {
        super.setUp();
        inputs = IInputs(hub.inputs());
    }

    function useOutputOf(uint8 depth, uint32 length) private {
        (model.outputDepth, model.outputBytes) = (depth, length);
        modelId = registry.register(model, "");
    }

    function useLargeOutput() private {
        useOutputOf(10, 24_577);
    }

    // ------------------------------------------------------------------ outputs by their root

    function refuseClaim(RequestId r, bytes4 error, uint8 status, bytes32 root, bytes memory evidence) private {
        refused(error, SIMON, address(hub), CLAIM_BOND, abi.encodeCall(IHub.claim, (r, status, root, evidence)));
    }

    function test_largeOutputIsBoundAtClaim() public {
        useLargeOutput();
        RequestId r = openRequest();
        bytes32[4] memory slots = slotsAt[21];
        bytes memory proof = Trees.proof(leaves(slots), 0, 1, 2);
        bytes32 root = slotsRoot(slots);
        bytes memory output = bytes.concat(slots[1]);
        refuseClaim(r, ProofMismatch.selector, 1, root, bytes.concat(slots[1] ^ bytes32(uint256(1)), proof));
        refuseClaim(r, ProofMismatch.selector, 1, root, bytes.concat(output, Trees.proof(leaves(slots), 0, 2, 2)));
        refuseClaim(r, ProofMismatch.selector, 1, bytes32(uint256(1)), bytes.concat(output, proof));
        refuseClaim(r, EvidenceTooLong.selector, 1, root, bytes.concat(output, proof, hex"00"));
        refuseClaim(r, EvidenceTooShort.selector, 1, root, output);
        refuseClaim(r, EvidenceTooShort.selector, 1, root, "");
        refuseClaim(r, ResultStatusInvalid.selector, 2, root, bytes.concat(output, proof));
        vm.recordLogs();
        makeClaim(r, honest(SIMON));
        Cheats.Log[] memory logs = vm.getRecordedLogs();
        (,,,,, bytes memory emitted) = abi.decode(logs[0].data, (uint32, uint8, bytes32, uint256, uint64, bytes));
        check(keccak256(emitted) == keccak256(output), "the event names the root, whatever it ends in");
        // A lie about it is a lie about the final state, and dies.
        Player memory wrong = liar(MALLORY, 4, 2);
        ClaimId c = makeClaim(r, wrong);
        play(openGame(c, honest(VERA)), wrong, honest(VERA));
        check(statusOf(c) == ClaimStatus.Dead, "refuted");
        must(SIMON, address(hub), 10 ether, abi.encodeCall(IHub.claim, (r, 2, 0, "")));
    }

    /// Whether a claim has the bytes or the root is the model's, not the server's choice.
    function test_oneModelHasOneFormOfClaim() public {
        useLargeOutput();
        RequestId r = openRequest();
        bytes32[4] memory slots = slotsAt[21];
        bytes memory proof = Trees.proof(leaves(slots), 0, 1, 2);
        bytes32 root = slotsRoot(slots);
        bytes memory asBytes = bytes.concat(bytes4(uint32(1)), hex"09", proof);
        (bool ok,) =
            send(SIMON, address(hub), CLAIM_BOND, abi.encodeCall(IHub.claim, (r, 1, root, asBytes)));
        check(!ok, "bytes of a long output");
        useOutputOf(10, 24_576);
        r = openRequest();
        (ok,) = send(
            SIMON, address(hub), CLAIM_BOND, abi.encodeCall(IHub.claim, (r, 1, root, bytes.concat(slots[1], proof)))
        );
        check(!ok, "the root of a short one");
    }

    function test_givenOutputsAreSmall() public {
        Model memory m = model;
        (m.outputDepth, m.outputBytes, m.outputGiven) = (10, 24_577, true);
        bytes memory data = abi.encodeCall(IModelRegistry.register, (m, ""));
        refused(ModelOutOfBounds.selector, ALICE, address(registry), 0, data);
        m.outputBytes = 24_576;
        registry.register(m, "");
        (m.outputBytes, m.outputGiven) = (24_577, false);
        registry.register(m, "");
    }

    function askedBy(address callback) private returns (RequestId r, ClaimId c) {
        Terms memory t = terms();
        (t.callback, t.callbackGas) = (callback, 300_000);
        r = openRequest(t);
        c = makeClaim(r, honest(SIMON));
    }

    function test_rootsAndOutputsAreNotConfused() public {
        Listener listener = new Listener();
        bytes32 slot = slotsAt[21][1];
        useLargeOutput();
        (RequestId r, ClaimId c) = askedBy(address(listener));
        bytes memory trimmedRoot = abi.encodeCall(Deliveries.deliverProvisional, (c, trimmed(bytes.concat(slot))));
        refused(OutputMismatch.selector, ALICE, address(deliveries), 0, trimmedRoot);
        deliveries.deliverProvisional(c, bytes.concat(slot));
        check(listener.roots() == 1 && listener.outputs() == 0 && listener.lastRoot() == slot, "the root, as one");
        ClaimId failed =
            abi.decode(must(SIMON, address(hub), 2 * CLAIM_BOND, abi.encodeCall(IHub.claim, (r, 2, 0, ""))), (ClaimId));
        deliveries.deliverProvisional(failed, "");
        check(listener.lastRoot() == 0 && listener.lastStatus() == 2, "a failure has none");
        afterWindow();
        hub.resolve(c);
        deliveries.deliverFinal(r, bytes.concat(slot));
        check(listener.roots() == 3 && listener.lastRoot() == slot && listener.lastStatus() == 1, "and the final one");

        // A contract that knows of no roots is not told one in place of an output.
        ShortListener old = new ShortListener();
        (, c) = askedBy(address(old));
        bytes memory data = abi.encodeCall(Deliveries.deliverProvisional, (c, bytes.concat(slot)));
        refused(DeliveryFailed.selector, ALICE, address(deliveries), 0, data);

        // 32 bytes of output are an output.
        useOutputOf(0, 32);
        (, c) = askedBy(address(listener));
        deliveries.deliverProvisional(c, trimmed(bytes.concat(slot)));
        check(listener.outputs() == 1 && listener.roots() == 3, "bytes");
        check(keccak256(listener.lastOutput()) == keccak256(trimmed(bytes.concat(slot))), "just these");
    }

    // ------------------------------------------------------------------ inputs in parts

    function fill(uint256 length, uint256 seed) private pure returns (bytes memory data) {
        bytes32[] memory words = new bytes32[]((length + 31) / 32);
        for (uint256 i = 0; i < words.length; ++i) {
            words[i] = keccak256(abi.encode(seed, i));
        }
        data = slice(abi.encodePacked(words), 0, length);
        if (length != 0) data[length - 1] |= 0x01;
    }

    function slice(bytes memory data, uint256 from, uint256 to) private pure returns (bytes memory part) {
        part = new bytes(to - from);
        assembly ("memory-safe") {
            mcopy(add(part, 32), add(add(data, 32), from), sub(to, from))
        }
    }

    /// @dev Root of the padded bytes, by the obvious tree.
    function rootOf(bytes memory data, uint256 depth) private pure returns (bytes32) {
        bytes32[] memory all = new bytes32[](1 << depth);
        bytes memory padded = bytes.concat(data, bytes32(0));
        for (uint256 i = 0; 32 * i < data.length; ++i) {
            bytes32 word;
            assembly ("memory-safe") {
                word := mload(add(padded, add(32, mul(32, i))))
            }
            all[i] = word;
        }
        return Trees.at(all, depth, 0);
    }

    /// @dev Uploads the parts of a buffer, and returns their roots.
    function putAll(bytes memory data, uint8 partDepth) private returns (bytes memory roots) {
        uint256 size = uint256(32) << partDepth;
        for (uint256 from = 0; from < data.length; from += size) {
            bytes memory part = trimmed(slice(data, from, from + size < data.length ? from + size : data.length));
            bytes32 root = rootOf(part, partDepth);
            if (part.length != 0) equal(inputs.put(partDepth, part), root, "a part's root");
            roots = bytes.concat(roots, root);
        }
    }

    /// forge-config: default.fuzz.runs = 24
    function testFuzz_partsMakeTheRootOfTheirBytes(uint256 length, uint256 seed, uint8 partDepth, uint256 gap) public {
        uint8 depth = 11;
        partDepth = 8 + partDepth % 3;
        length = 1 + length % (32 << depth);
        bytes memory data = fill(length, seed);
        // some of it is zero, so that whole parts are
        for (uint256 i = gap % length; i < length - 1 && i < gap % length + 20_000; ++i) {
            data[i] = 0;
        }
        bytes32 root = inputs.join(depth, partDepth, putAll(data, partDepth));
        equal(root, rootOf(data, depth), "the root of the bytes");
        equal(inputs.lengthOf(root, depth), length, "and their length");
        equal(inputs.blockOf(root, depth), block.number, "and where they are");
        IInputs whole = new Inputs();
        equal(whole.put(depth, data), root, "all at once");
        equal(whole.lengthOf(root, depth), length, "is no other length");
        // and in two storeys
        if (partDepth + 1 < depth && length > uint256(64) << partDepth) {
            whole = new Inputs();
            inputs = whole;
            bytes memory roots = putAll(data, partDepth);
            bytes32 left = whole.join(partDepth + 1, partDepth, slice(roots, 0, nonzero(roots, partDepth)));
            check(whole.lengthOf(left, partDepth + 1) != 0, "a tree of two is a part itself");
        }
    }

    /// @dev One or two roots from the left, the last of them not of zeros.
    function nonzero(bytes memory roots, uint8 partDepth) private returns (uint256) {
        bytes32 second = bytes32(slice(roots, 32, 64));
        if (inputs.lengthOf(second, partDepth) != 0) return 64;
        bytes32 first = bytes32(slice(roots, 0, 32));
        vm.assume(inputs.lengthOf(first, partDepth) != 0);
        return 32;
    }

    function refuseJoin(bytes4 error, uint8 depth, uint8 partDepth, bytes memory roots) private {
        refused(error, ALICE, address(inputs), 0, abi.encodeCall(IInputs.join, (depth, partDepth, roots)));
    }

    function refusePut(bytes4 error, uint8 depth, bytes memory data) private {
        refused(error, ALICE, address(inputs), 0, abi.encodeCall(IInputs.put, (depth, data)));
    }

    function test_missingPartIsRefused() public {
        bytes memory data = fill(65_536, 1);
        bytes memory roots = putAll(slice(data, 0, 49_152), 9); // three of four
        bytes memory all = bytes.concat(roots, rootOf(slice(data, 49_152, 65_536), 9));
        refuseJoin(InputNotSeen.selector, 11, 9, all);
        equal(inputs.lengthOf(rootOf(data, 11), 11), 0, "not seen");
        inputs.put(9, slice(data, 49_152, 65_536));
        equal(inputs.join(11, 9, all), rootOf(data, 11), "the last one came");
        refuseJoin(PartsDoNotFit.selector, 11, 9, "");
        refuseJoin(PartsDoNotFit.selector, 11, 9, bytes.concat(all, all));
        refuseJoin(PartsDoNotFit.selector, 11, 9, slice(all, 0, 33));
        refuseJoin(PartsDoNotFit.selector, 9, 9, slice(all, 0, 32));
        refuseJoin(PartsDoNotFit.selector, 9, 10, slice(all, 0, 32));
        refuseJoin(PartsDoNotFit.selector, 33, 9, slice(all, 0, 32));
    }

    /// Else a stranger could upload another's input word for word, and whoever looks for it would look long.
    function test_partsAreNotTiny() public {
        bytes32 root = inputs.put(7, INPUT);
        refuseJoin(PartsDoNotFit.selector, 9, 7, bytes.concat(root));
        refuseJoin(PartsDoNotFit.selector, 9, 0, bytes.concat(root));
        root = inputs.put(8, INPUT);
        equal(inputs.join(9, 8, bytes.concat(root)), rootOf(INPUT, 9), "8 KiB are none");
    }

    function test_orderOfPartsMakesTheRoot() public {
        bytes memory data = fill(65_536, 2);
        bytes memory roots = putAll(data, 10);
        bytes32 swapped = inputs.join(11, 10, bytes.concat(slice(roots, 32, 64), slice(roots, 0, 32)));
        check(swapped != rootOf(data, 11), "another input");
        equal(inputs.lengthOf(rootOf(data, 11), 11), 0, "the right order was not seen");
    }

    /// A leaf's bytes may be two roots: what hangs below them was not seen.
    function test_partIsSeenAtItsDepthOnly() public {
        bytes32 unseen = keccak256("unseen");
        bytes memory words = bytes.concat(unseen, unseen);
        bytes32 root = inputs.put(1, words);
        equal(root, keccak256(words), "it looks like a node");
        equal(inputs.lengthOf(root, 1), 64, "of depth 1");
        for (uint8 depth = 0; depth < 33; ++depth) {
            if (depth != 1) equal(inputs.lengthOf(root, depth), 0, "and of no other");
        }
        refuseJoin(InputNotSeen.selector, 10, 9, bytes.concat(root));
        refuseJoin(InputNotSeen.selector, 10, 9, bytes.concat(unseen));
        bytes memory data = abi.encodeCall(IHub.requestUploaded, (modelId, terms(), root));
        refused(InputNotSeen.selector, ALICE, address(hub), FEE, data);
    }

    function test_partsAreSharedByContent() public {
        bytes memory data = fill(8_192, 3);
        vm.roll(100);
        vm.prank(MALLORY);
        bytes32 root = inputs.put(8, data);
        vm.roll(200);
        vm.recordLogs();
        vm.prank(ALICE);
        equal(inputs.put(8, data), root, "the same");
        equal(vm.getRecordedLogs().length, 0, "it is there");
        equal(inputs.blockOf(root, 8), 100, "where it was first");
        bytes32 twice = inputs.join(9, 8, bytes.concat(root, root));
        equal(inputs.lengthOf(twice, 9), 16_384, "one part, used twice");
        vm.roll(300);
        vm.recordLogs();
        inputs.join(9, 8, bytes.concat(root, root));
        equal(vm.getRecordedLogs().length, 0, "joined already");
        equal(inputs.blockOf(twice, 9), 200, "then");
        // What is below stays true whatever else is uploaded.
        inputs.put(9, bytes.concat(data, data));
        equal(inputs.blockOf(twice, 9), 200, "the same bytes all at once");
    }

    function test_uploadedInputHasOneEncoding() public {
        refusePut(TrailingZero.selector, 3, hex"0700");
        refusePut(PartsDoNotFit.selector, 3, "");
        refusePut(PartsDoNotFit.selector, 33, hex"07");
        refusePut(BufferTooLong.selector, 0, fill(33, 4));
        bytes32 zeros = rootOf("", 9);
        bytes32 part = inputs.put(9, hex"07");
        refuseJoin(InputNotSeen.selector, 12, 9, bytes.concat(part, zeros)); // the last part has the last byte
        refuseJoin(InputNotSeen.selector, 12, 9, bytes.concat(zeros));
        bytes32 root = inputs.join(12, 9, bytes.concat(zeros, part));
        equal(inputs.lengthOf(root, 12), 16_385, "behind a part of zeros");
        // The toy takes eight bytes: what a ninth holds is no padding.
        bytes32 nine = inputs.put(0, hex"070000000000000001");
        bytes memory data = abi.encodeCall(IHub.requestUploaded, (modelId, terms(), nine));
        refused(BufferTooLong.selector, ALICE, address(hub), FEE, data);
    }

    function test_uploadedInputMustBeSeen() public {
        bytes memory data = abi.encodeCall(IHub.requestUploaded, (modelId, terms(), bytes32(INPUT)));
        refused(InputNotSeen.selector, ALICE, address(hub), FEE, data);
        inputs.put(1, INPUT); // at another depth than the model's
        refused(InputNotSeen.selector, ALICE, address(hub), FEE, data);
        new Inputs().put(0, INPUT); // to another contract
        refused(InputNotSeen.selector, ALICE, address(hub), FEE, data);
        inputs.put(0, INPUT);
        must(ALICE, address(hub), FEE, data);
        data = abi.encodeCall(IHub.requestUploaded, (ModelId.wrap(0), terms(), bytes32(INPUT)));
        refused(ModelUnknown.selector, ALICE, address(hub), FEE, data);
    }

    function test_uploadedRequestIsLikeAnyOther() public {
        vm.prank(MALLORY);
        inputs.put(0, INPUT);
        RequestId emitted = openRequest();
        vm.recordLogs();
        vm.prank(ALICE);
        RequestId r = hub.requestUploaded{value: FEE}(modelId, terms(), bytes32(INPUT));
        Cheats.Log[] memory logs = vm.getRecordedLogs();
        (,, Availability flag,,, bytes memory nothing) =
            abi.decode(logs[0].data, (uint64, bytes32, Availability, Terms, uint256, bytes));
        check(flag == Availability.Uploaded && nothing.length == 0, "told to be uploaded");
        check(hub.getRequest(r).availability == Availability.Uploaded, "in the request");
        check(RequestId.unwrap(r) != RequestId.unwrap(emitted), "in the id");
        equal(hub.getRequest(r).inputRoot, hub.getRequest(emitted).inputRoot, "the same input");
        Player memory wrong = liar(MALLORY, 7, 1);
        ClaimId c = makeClaim(r, wrong);
        play(openGame(c, honest(VERA)), wrong, honest(VERA));
        check(statusOf(c) == ClaimStatus.Dead, "a lie dies");
        c = makeClaim(r, honest(SIMON));
        Player memory sham = liar(MALLORY, 7, 1);
        Board memory b = openGame(c, sham);
        play(b, honest(SIMON), sham);
        check(statusOf(b.id) == GameStatus.ServerWon, "the truth does not");
    }

    function test_uploadsHaveOneEncoding() public {
        slack(address(inputs), 0, abi.encodeCall(IInputs.put, (0, INPUT)));
        bytes32 part = inputs.put(8, INPUT);
        slack(address(inputs), 0, abi.encodeCall(IInputs.join, (9, 8, bytes.concat(part, part))));
        slack(address(hub), FEE, abi.encodeCall(IHub.requestUploaded, (modelId, terms(), bytes32(INPUT))));
    }

    function slack(address to, uint256 value, bytes memory data) private {
        refused(CalldataNotCanonical.selector, ALICE, to, value, bytes.concat(data, hex"00"));
        refused(CalldataNotCanonical.selector, ALICE, to, value, bytes.concat(data, bytes32(0)));
        must(ALICE, to, value, data);
    }
}
