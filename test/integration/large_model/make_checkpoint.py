"""A tiny LLaVA with random weights, as a checkpoint in a folder, and what transformers itself answers with it.

python make_checkpoint.py FOLDER     writes the checkpoint to FOLDER/llava and the answers to FOLDER/answers.json
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    CLIPImageProcessor,
    LlavaConfig,
    LlavaForConditionalGeneration,
    LlavaProcessor,
    PreTrainedTokenizerFast,
)

PROMPT = "What stands ahead?"
TOKENS = 12
# What `apply_chat_template` makes a turn of.
TEMPLATE = (
    "{% for m in messages %}{{ m['role'] }}: {% for c in m['content'] %}{% if c['type'] == 'image' %}<image>"
    "{% else %}{{ c['text'] }}{% endif %}{% endfor %}{{ '\\n' }}{% endfor %}"
    "{% if add_generation_prompt %}assistant: {% endif %}"
)
SIZE = 56


def tokenizer() -> Any:
    special = ["<pad>", "<bos>", "<eos>", "<image>"]
    letters = pre_tokenizers.ByteLevel.alphabet()
    trained = Tokenizer(models.BPE())
    trained.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trained.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=400, special_tokens=special, initial_alphabet=letters)
    trained.train_from_iterator(["a white car stands ahead of us", "what stands ahead?"], trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=trained,
        pad_token="<pad>",
        bos_token="<bos>",
        eos_token="<eos>",
        extra_special_tokens={"image_token": "<image>"},
    )


def build() -> tuple[Any, Any]:
    """(model, processor); weights are spread widely, so that answers depend on the picture."""
    words = tokenizer()
    small = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}
    vision = {"model_type": "clip_vision_model", "image_size": SIZE, "patch_size": 14, "projection_dim": 32}
    text = {"model_type": "llama", "num_key_value_heads": 2, "vocab_size": len(words), "initializer_range": 0.6}
    ends = {"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2}
    config = LlavaConfig(
        vision_config={**small, **vision, "initializer_range": 0.3},
        text_config={**small, **text, **ends},
        image_token_index=words.convert_tokens_to_ids("<image>"),
        image_seq_length=(SIZE // 14) ** 2,
    )
    torch.manual_seed(4)
    processor = LlavaProcessor(
        image_processor=CLIPImageProcessor(size={"shortest_edge": SIZE}, crop_size={"height": SIZE, "width": SIZE}),
        tokenizer=words,
        patch_size=14,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=TEMPLATE,
    )
    model = LlavaForConditionalGeneration(config).eval()
    model.generation_config.eos_token_id = None  # random weights would end an answer at random
    return model, processor


def pictures() -> list[np.ndarray]:
    rng = np.random.default_rng(9)
    return [rng.integers(0, 256, (90, 120, 3), dtype=np.uint8) // step for step in (1, 6)]


def answer(model: Any, processor: Any, picture: np.ndarray) -> str:
    text = f"user: <image>{PROMPT}\nassistant: "
    inputs = processor(text=[text], images=[Image.fromarray(picture)], return_tensors="pt")
    tokens = model.generate(**inputs, max_new_tokens=TOKENS, do_sample=False)
    return str(processor.batch_decode(tokens[:, inputs["input_ids"].shape[1] :], skip_special_tokens=True)[0]).strip()


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    model, processor = build()
    model.save_pretrained(folder / "llava")
    processor.save_pretrained(folder / "llava")
    (folder / "answers.json").write_text(json.dumps([answer(model, processor, picture) for picture in pictures()]))
